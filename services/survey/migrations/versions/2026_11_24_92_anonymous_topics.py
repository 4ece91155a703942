"""Which five anonymous answers with words are read together."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_92_anonymous_topics"
down_revision = "2026_11_24_91_unflagged"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anonymous_member",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("block", sa.Uuid(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("place BETWEEN 0 AND 4", name=op.f("ck_anonymous_member_five")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["anonymous_response.id"], name=op.f("fk_anonymous_member_response_id_anonymous_response")
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_anonymous_member")),
        sa.UniqueConstraint("block", "place", name=op.f("uq_anonymous_member_block_place")),
    )
