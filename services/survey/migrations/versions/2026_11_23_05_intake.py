"""How answers are taken in."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_05_intake"
down_revision = "2026_11_23_04_campaigns"
branch_labels = None
depends_on = None


TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("response", sa.Column("started_at", TIME))
    op.add_column("response", sa.Column("device", sa.LargeBinary()))
