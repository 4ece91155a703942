"""How answers are taken in."""

revision = "2026_11_23_05_intake"
down_revision = "2026_11_23_04_campaigns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
