"""Which five answers are analysed together."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_81_analysis_members"
down_revision = "2026_11_24_71_deliveries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "analysis_member",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("block", sa.Uuid(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("place BETWEEN 0 AND 4", name=op.f("ck_analysis_member_five")),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_analysis_member")),
        sa.UniqueConstraint("block", "place", name=op.f("uq_analysis_member_block_place")),
    )
