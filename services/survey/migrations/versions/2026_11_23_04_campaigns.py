"""Campaigns with frames and samples, and how invitations travel."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from kit.db.spine import upgrade_0002

revision = "2026_11_23_04_campaigns"
down_revision = "2026_11_23_03_needs"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
TRIGGERS = "\"trigger\" IN ('order_completed', 'incident_restored', 'case_closed', 'action_done', 'none')"
DELIVERY = "delivery_state IN ('waiting', 'queued', 'sent', 'delivered', 'failed', 'bounced', 'withheld')"


def upgrade() -> None:
    upgrade_0002(op)
    _contact()
    _campaign()
    _round()
    _invitation()
    _indexes()
    _short_code()


def _contact() -> None:
    op.add_column("contact", sa.Column("email", sa.LargeBinary()))
    op.add_column("contact", sa.Column("email_hash", sa.LargeBinary()))
    op.add_column("contact", sa.Column("preferred_channel", sa.String()))
    op.add_column("contact", sa.Column("opted_out_at", TIME))
    channel = "preferred_channel IN ('email', 'gateway', 'file')"
    op.create_check_constraint(op.f("ck_contact_preferred_channel"), "contact", channel)
    op.create_check_constraint(op.f("ck_contact_opted_out"), "contact", "opt_out OR opted_out_at IS NULL")
    op.create_index(op.f("ix_contact_email_hash"), "contact", ["email_hash"])
    # Room in each page: a rest that is claimed, an answer that comes, then change no index.
    op.execute("ALTER TABLE contact SET (fillfactor = 70)")


def _campaign() -> None:
    for column in (
        sa.Column("kind", sa.String()),
        sa.Column("confidentiality", sa.String(), nullable=False, server_default="confidential"),
        sa.Column("frame", JSONB()),
        sa.Column("strata", JSONB()),
        sa.Column("quotas", JSONB(), nullable=False, server_default="{}"),
        sa.Column("size", sa.Integer()),
        sa.Column("channels", ARRAY(sa.Text()), nullable=False, server_default="{file}"),
        sa.Column("reminders", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("remind_after_days", sa.Integer()),
        sa.Column("starts_at", TIME),
        sa.Column("period_days", sa.Integer()),
        sa.Column("period_months", sa.Integer()),
        sa.Column("rounds", sa.Integer()),
        sa.Column("lookback_days", sa.Integer(), nullable=False, server_default="90"),
    ):
        op.add_column("campaign", column)
    op.execute("UPDATE campaign SET kind = CASE \"trigger\" WHEN 'none' THEN 'by_hand' ELSE 'triggered' END")
    op.alter_column("campaign", "kind", nullable=False)
    for name in ("confidentiality", "quotas", "channels", "reminders", "lookback_days"):
        op.alter_column("campaign", name, server_default=None)
    op.drop_column("campaign", "channel")
    _campaign_checks()
    op.create_table(
        "campaign_account",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_account_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "account", name=op.f("pk_campaign_account")),
    )


def _campaign_checks() -> None:
    op.drop_constraint(op.f("ck_campaign_trigger"), "campaign", type_="check")
    periodic = (
        "(kind = 'periodic') = (period_days IS NOT NULL OR period_months IS NOT NULL)"
        " AND (period_days IS NULL OR period_months IS NULL)"
    )
    for name, rule in {
        "trigger": TRIGGERS,
        "kind": "kind IN ('one_off', 'periodic', 'triggered', 'by_hand')",
        "kind_trigger": "(kind = 'triggered') = (\"trigger\" <> 'none')",
        "period": periodic,
        "confidentiality": "confidentiality IN ('confidential', 'anonymous')",
        "reminders": "reminders >= 0 AND (reminders = 0 OR remind_after_days >= 1)",
        "channels": "channels <@ ARRAY['email', 'gateway', 'file'] AND cardinality(channels) > 0",
    }.items():
        op.create_check_constraint(op.f(f"ck_campaign_{name}"), "campaign", rule)


def _round() -> None:
    op.create_table(
        "campaign_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("occasion", JSONB(), nullable=True),
        sa.Column("draw", JSONB(), nullable=True),
        sa.Column("reached", sa.String(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("not_asked", JSONB(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("planned_at", TIME, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'drawn', 'planned', 'stopped')", name=op.f("ck_campaign_round_state")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_round_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_round")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_campaign_round_campaign_id_number")),
    )
    op.create_table(
        "known_finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("sub_process", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_finding")),
    )


def _invitation() -> None:
    for column in (
        sa.Column("round_id", sa.Uuid()),
        sa.Column("confidentiality", sa.String(), nullable=False, server_default="confidential"),
        sa.Column("stratum", sa.String(), nullable=False, server_default="all"),
        sa.Column("delivery_state", sa.String(), nullable=False, server_default="waiting"),
        sa.Column("send_at", TIME),
        sa.Column("sent_at", TIME),
        sa.Column("delivered_at", TIME),
        sa.Column("reminders", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("opened_at", TIME),
        sa.Column("answered_at", TIME),
        sa.Column("completed_at", TIME),
        sa.Column("opted_out_at", TIME),
    ):
        op.add_column("invitation", column)
    # Their messages went out, or lie in the queue, under the former release.
    op.execute("UPDATE invitation SET delivery_state = 'sent', sent_at = issued_at")
    op.create_foreign_key(op.f("fk_invitation_round_id"), "invitation", "campaign_round", ["round_id"], ["id"])
    op.drop_constraint(op.f("ck_invitation_trigger"), "invitation", type_="check")
    anonymous = (
        "confidentiality = 'confidential' OR (opened_at IS NULL AND answered_at IS NULL AND completed_at IS NULL)"
    )
    for name, rule in {
        "trigger": TRIGGERS,
        "confidentiality": "confidentiality IN ('confidential', 'anonymous')",
        "anonymous": anonymous,
        "delivery_state": DELIVERY,
    }.items():
        op.create_check_constraint(op.f(f"ck_invitation_{name}"), "invitation", rule)
    op.execute("ALTER TABLE invitation SET (fillfactor = 80)")


def _indexes() -> None:
    op.drop_constraint(op.f("uq_invitation_campaign_id_trigger_id_contact_id"), "invitation", type_="unique")
    for name, columns, rule, unique in (
        ("uq_invitation_occasion", ["campaign_id", "trigger_id", "contact_id"], "trigger_id IS NOT NULL", True),
        ("uq_invitation_round", ["round_id", "contact_id"], "round_id IS NOT NULL", True),
        ("ix_invitation_send_at", ["send_at"], "send_at IS NOT NULL", False),
        (
            "ix_invitation_served",
            ["sub_process", "occurred_at"],
            "\"trigger\" IN ('order_completed', 'incident_restored')",
            False,
        ),
    ):
        op.create_index(name, "invitation", columns, unique=unique, postgresql_where=sa.text(rule))
    op.create_index("ix_invitation_campaign_id_stratum", "invitation", ["campaign_id", "stratum"])


def _short_code() -> None:
    op.create_table(
        "short_code",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_short_code_invitation_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_short_code")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_short_code_invitation_id")),
    )
