"""Answers without a flag in the published grid, each month's once."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_91_unflagged"
down_revision = "2026_11_24_81_analysis_members"
branch_labels = None
depends_on = None

MEASURE = "measure IN ('score', 'unflagged', 'nps', 'ces', 'need', 'importance', 'kano', 'kano_split')"


def upgrade() -> None:
    for table in ("waiting", "cell"):
        op.drop_constraint(op.f(f"ck_{table}_measure"), table)
        op.create_check_constraint(op.f(f"ck_{table}_measure"), table, MEASURE)
    op.create_table(
        "counted_day",
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("begins_at", name=op.f("pk_counted_day")),
    )
    # Sums of single months: the figures with and without flagged answers stand in the grid now.
    op.execute("UPDATE honesty_month SET counts = counts - '{total, flagged_scored, flagged_total}'::text[]")
