"""What was told of an effect's sides, so that they advance by five respondents and more."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_24_95_effects_shown"
down_revision = "2026_11_24_94_blocks_found"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for side in ("before", "after"):
        op.add_column("effect_watch", sa.Column(f"shown_{side}", JSONB(), server_default="[0, 0, 0]", nullable=False))
