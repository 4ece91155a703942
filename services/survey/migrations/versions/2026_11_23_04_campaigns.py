"""Campaigns with frames and samples, and how invitations travel."""

revision = "2026_11_23_04_campaigns"
down_revision = "2026_11_23_03_needs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
