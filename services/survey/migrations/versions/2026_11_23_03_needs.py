"""Needs, and which questionnaires ask about them; what was published is kept for ever."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_23_03_needs"
down_revision = "2026_11_23_02_segments"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)

KEEP_ASKED = """
CREATE FUNCTION keep_asked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (TG_OP = 'DELETE' OR NEW.state = 'draft') THEN
        RAISE EXCEPTION 'what was published is kept for ever' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'questionnaire_kept';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$
"""


def upgrade() -> None:
    _need()
    _questionnaire_need()
    op.execute(KEEP_ASKED)
    op.execute(
        "CREATE TRIGGER keep_asked BEFORE UPDATE OR DELETE ON questionnaire FOR EACH ROW EXECUTE FUNCTION keep_asked()"
    )


def _need() -> None:
    op.create_table(
        "need",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("definition", JSONB(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.CheckConstraint("state IN ('active', 'retired')", name=op.f("ck_need_state")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_need_version")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_need")),
    )
    op.create_table(
        "need_version",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("definition", JSONB(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["code"], ["need.code"], name=op.f("fk_need_version_code"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_need_version")),
    )


def _questionnaire_need() -> None:
    op.create_table(
        "questionnaire_need",
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.Column("need", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_questionnaire_need_questionnaire_id")
        ),
        sa.ForeignKeyConstraint(["need"], ["need.code"], name=op.f("fk_questionnaire_need_need")),
        sa.PrimaryKeyConstraint("questionnaire_id", "need", name=op.f("pk_questionnaire_need")),
    )
    op.create_index(op.f("ix_questionnaire_need_need"), "questionnaire_need", ["need"], unique=False)
