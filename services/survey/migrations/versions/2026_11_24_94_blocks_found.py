"""Answers in no block are found without looking through all; blocks are not called as any of their members."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_94_blocks_found"
down_revision = "2026_11_24_93_campaign_index"
branch_labels = None
depends_on = None

NAMED_ANEW = """
UPDATE {table} AS m SET block = n.name
FROM (SELECT block, gen_random_uuid() AS name FROM (SELECT DISTINCT block FROM {table}) AS b) AS n
WHERE n.block = m.block
"""


def upgrade() -> None:
    op.create_table(
        "analysis_pending",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_analysis_pending")),
    )
    op.create_table(
        "analysis_reach",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("reached", sa.DateTime(timezone=True), nullable=False),
        sa.Column("whole_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_analysis_reach_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analysis_reach")),
    )
    op.create_index(op.f("ix_anonymous_response_day"), "anonymous_response", ["day"])
    for table in ("analysis_member", "anonymous_member"):
        op.execute(NAMED_ANEW.format(table=table))
