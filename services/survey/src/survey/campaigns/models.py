"""Campaigns: which occasions lead to a question, and to which."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class Campaign(Base):
    """``unit`` bounds whose service it asks about; ``sub_process`` stands in where an occasion names none.

    ``frame``, ``strata``: who may be drawn and how the sample is laid out, as in the schemas; null means whoever is
    asked by an occasion or by hand. ``quotas``: complete answers wanted, by stratum.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'active', 'closed')", name="state"),
        CheckConstraint("kind IN ('one_off', 'periodic', 'triggered', 'by_hand')", name="kind"),
        CheckConstraint(
            "\"trigger\" IN ('order_completed', 'incident_restored', 'case_closed', 'action_done', 'none')",
            name="trigger",
        ),
        CheckConstraint("(kind = 'triggered') = (\"trigger\" <> 'none')", name="kind_trigger"),
        CheckConstraint(
            "(kind = 'periodic') = (period_days IS NOT NULL OR period_months IS NOT NULL)"
            " AND (period_days IS NULL OR period_months IS NULL)",
            name="period",
        ),
        CheckConstraint("confidentiality IN ('confidential', 'anonymous')", name="confidentiality"),
        CheckConstraint("share >= 0 AND share <= 1", name="share"),
        CheckConstraint("reminders >= 0 AND (reminders = 0 OR remind_after_days >= 1)", name="reminders"),
        CheckConstraint("channels <@ ARRAY['email', 'gateway', 'file'] AND cardinality(channels) > 0", name="channels"),
        Index(None, "trigger", "state"),
        UniqueConstraint("id", "questionnaire_id"),  # what an invitation refers to
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str]
    state: Mapped[str]
    kind: Mapped[str]
    questionnaire_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaire.id"))
    confidentiality: Mapped[str]
    trigger: Mapped[str]
    sub_processes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sub_process: Mapped[str | None]
    frame: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    strata: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    quotas: Mapped[dict[str, int]] = mapped_column(JSONB)
    share: Mapped[float]
    size: Mapped[int | None]
    seed: Mapped[str]
    valid_days: Mapped[int]
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reminders: Mapped[int]
    remind_after_days: Mapped[int | None]
    starts_at: Mapped[datetime | None] = mapped_column(TIME)
    period_days: Mapped[int | None]
    period_months: Mapped[int | None]
    rounds: Mapped[int | None]
    lookback_days: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(TIME)
    activated_at: Mapped[datetime | None] = mapped_column(TIME)
    closed_at: Mapped[datetime | None] = mapped_column(TIME)


class CampaignAccount(Base):
    """An account on the list that was uploaded for a campaign's frame."""

    __tablename__ = "campaign_account"

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
