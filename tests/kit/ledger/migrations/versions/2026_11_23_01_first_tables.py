"""The ledger's tables."""

import sqlalchemy as sa
from alembic import op

from kit.db import spine

revision = "2026_11_23_01"
down_revision = None


def upgrade() -> None:
    spine.upgrade_0001(op)
    op.create_table(
        "entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
    )
    op.execute("ALTER TABLE entry ADD CONSTRAINT uq_words UNIQUE (words) DEFERRABLE INITIALLY DEFERRED")
    op.create_table(
        "effect",
        sa.Column("entry", sa.Uuid(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_effect"),
    )
