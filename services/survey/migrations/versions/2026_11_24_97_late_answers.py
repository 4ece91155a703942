"""Answers brought into a month that honesty has looked through."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_97_late_answers"
down_revision = "2026_11_24_96_planning"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "late_answer",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_late_answer_response_id_response"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_late_answer")),
    )
