"""One asking of a campaign: drawn once, planned in chunks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class CampaignRound(Base):
    """``draw``: each stratum's size, number wanted and greatest ticket drawn, fixed before anybody is asked.

    ``reached``: the account up to which the plan has come; a planner that was killed goes on from there.
    ``occasion``: what the round follows, where an event asked for it.
    """

    __tablename__ = "campaign_round"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("state IN ('waiting', 'drawn', 'planned', 'stopped')", name="state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[int]
    unit: Mapped[str]
    state: Mapped[str]
    job_id: Mapped[UUID]
    occasion: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    draw: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    reached: Mapped[str]
    issued: Mapped[int]
    not_asked: Mapped[dict[str, int]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(TIME)
    planned_at: Mapped[datetime | None] = mapped_column(TIME)

    @property
    def wanted(self) -> int | None:
        return sum(self.draw["wanted"].values()) if self.draw else None


class KnownFinding(Base):
    """Which service a finding is about, as its opening told; an action that is done asks that service's customers."""

    __tablename__ = "known_finding"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit: Mapped[str]
    sub_process: Mapped[str]
