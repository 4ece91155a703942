"""Examples of topics by the ids of their answers, where an erasure finds them."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_98_topic_examples"
down_revision = "2026_11_24_97_late_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "topic_example",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.SmallInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["topic_run.id"], name=op.f("fk_topic_example_run_id_topic_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "topic", "place", name=op.f("pk_topic_example")),
    )
    op.create_index(op.f("ix_topic_example_response_id"), "topic_example", ["response_id"])
    # Earlier runs hold ids where no erasure finds them, sealed: they are made again by whoever needs them.
    op.execute("DELETE FROM topic_run")
