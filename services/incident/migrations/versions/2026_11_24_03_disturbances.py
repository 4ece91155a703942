"""Voltage dips, and whom each one hit."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_03_disturbances"
down_revision = "2026_11_23_02_messages"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
UNIT = "unit LIKE '/%' AND unit LIKE '%/'"


def upgrade() -> None:
    op.create_table(
        "disturbance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("happened_at", TIME, nullable=False),
        sa.Column("residual_percent", sa.Float(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('dip')", name=op.f("ck_disturbance_kind")),
        sa.CheckConstraint(UNIT, name=op.f("ck_disturbance_unit")),
        sa.CheckConstraint("residual_percent >= 1 AND residual_percent < 90", name=op.f("ck_disturbance_residual")),
        sa.CheckConstraint("duration_ms BETWEEN 10 AND 60000", name=op.f("ck_disturbance_duration")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disturbance")),
        sa.UniqueConstraint("source", "number", name=op.f("uq_disturbance_source_number")),
    )
    op.create_index(op.f("ix_disturbance_happened_at_id"), "disturbance", ["happened_at", "id"])
    op.create_table(
        "disturbed",
        sa.Column("disturbance_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.CheckConstraint(UNIT, name=op.f("ck_disturbed_unit")),
        sa.ForeignKeyConstraint(["disturbance_id"], ["disturbance.id"], name=op.f("fk_disturbed_disturbance_id")),
        sa.PrimaryKeyConstraint("disturbance_id", "account", name=op.f("pk_disturbed")),
    )
    op.create_index(op.f("ix_disturbed_account"), "disturbed", ["account"])
