"""Which class of customer somebody belongs to, frozen when he is asked and when he answers."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_02_segments"
down_revision = "2026_11_23_01_survey"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("contact", "invitation", "response"):
        op.add_column(table, sa.Column("segment", sa.String(), nullable=True))
