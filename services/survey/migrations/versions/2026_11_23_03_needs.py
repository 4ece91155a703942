"""Needs, what questionnaires ask about them, and what the answers add up to."""

from alembic import op

revision = "2026_11_23_03_needs"
down_revision = "2026_11_23_02_segments"
branch_labels = None
depends_on = None

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
    op.execute(KEEP_ASKED)
    op.execute(
        "CREATE TRIGGER keep_asked BEFORE UPDATE OR DELETE ON questionnaire FOR EACH ROW EXECUTE FUNCTION keep_asked()"
    )
