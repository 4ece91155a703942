"""Messages with a title, an end, and what became of them."""

from alembic import op

from kit.db.spine import upgrade_0002

revision = "2026_11_23_05_messages"
down_revision = "2026_11_23_04_cases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    upgrade_0002(op)
