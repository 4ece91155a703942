"""Imports, exports, erasure and retention."""

revision = "2026_11_23_07_exchange"
down_revision = "2026_11_23_06_insights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
