"""What answers come to, in full."""

revision = "2026_11_23_06_insights"
down_revision = "2026_11_23_05_intake"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
