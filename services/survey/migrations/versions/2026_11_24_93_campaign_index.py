"""One index of a campaign's invitations: each costs a million invitations planned some seconds."""

from alembic import op

revision = "2026_11_24_93_campaign_index"
down_revision = "2026_11_24_92_anonymous_topics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Who counts by stratum reads all of a campaign, by whichever index.
    op.drop_index("ix_invitation_campaign_id_stratum", "invitation")
