"""Needs and what questionnaires ask about them."""

revision = "2026_11_23_03_needs"
down_revision = "2026_11_23_02_segments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
