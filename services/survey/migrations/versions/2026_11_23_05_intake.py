"""How answers are taken in: what honesty is judged by, and answers that nobody can be joined with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_23_05_intake"
down_revision = "2026_11_23_04_campaigns"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("response", sa.Column("started_at", TIME))
    op.add_column("response", sa.Column("device", sa.LargeBinary()))
    op.create_index(op.f("ix_response_received_at"), "response", ["received_at"])
    _anonymous()
    _honesty()


def _anonymous() -> None:
    op.create_table(
        "anonymous_waiting",
        sa.Column("spent", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_anonymous_waiting_campaign_id")),
        sa.PrimaryKeyConstraint("spent", name=op.f("pk_anonymous_waiting")),
        sa.UniqueConstraint("id", name=op.f("uq_anonymous_waiting_id")),
    )
    op.create_index(op.f("ix_anonymous_waiting_campaign_id"), "anonymous_waiting", ["campaign_id"])
    op.create_table(
        "anonymous_spent",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_anonymous_spent")),
    )
    op.create_table(
        "anonymous_response",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("sub_process", sa.String(), nullable=True),
        sa.Column("segment", sa.String(), nullable=True),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("answers", JSONB(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_anonymous_response_campaign_id")),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_anonymous_response_questionnaire_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anonymous_response")),
    )
    op.create_index(op.f("ix_anonymous_response_campaign_id"), "anonymous_response", ["campaign_id"])


def _honesty() -> None:
    op.create_table(
        "staff_number",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_staff_number")),
    )
    op.create_table(
        "response_flag",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('one_number', 'staff_number', 'one_device', 'impossible_speed')",
            name=op.f("ck_response_flag_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_response_flag_response_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("response_id", "reason", name=op.f("pk_response_flag")),
    )
    op.create_table(
        "honesty_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("counted_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("month", "unit", name=op.f("pk_honesty_month")),
    )
