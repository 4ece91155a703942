"""Invitations by campaign, reminders that were missed, and what the mail system said."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_71_deliveries"
down_revision = "2026_11_23_07_exchange"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitation", sa.Column("delivery_detail", sa.String(), nullable=True))
    op.add_column("invitation", sa.Column("reminders_missed", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_invitation_reminders_missed"), "invitation", "reminders_missed >= 0")
    op.create_index("ix_invitation_campaign_id_id", "invitation", ["campaign_id", "id"])
