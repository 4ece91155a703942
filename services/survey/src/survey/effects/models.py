"""Findings whose effect on later customers is watched."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class EffectWatch(Base):
    """Service in ``before_from``..``before_to`` is compared with service from ``effective_at`` on.

    ``next_n``: at how many later respondents to measure again, null once conclusive; ``looks``: how often.
    ``shown_before``, ``shown_after``: respondents, sum and sum of squares of what may be told of each side now; they
    move by five respondents and more.
    """

    __tablename__ = "effect_watch"
    __table_args__ = (
        CheckConstraint("state IN ('watching', 'closed')", name="state"),
        Index(None, "sub_process", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    finding_id: Mapped[UUID] = mapped_column(unique=True)
    state: Mapped[str]
    unit: Mapped[str]
    sub_process: Mapped[str]
    driver: Mapped[str]
    before_from: Mapped[datetime] = mapped_column(TIME)
    before_to: Mapped[datetime] = mapped_column(TIME)
    effective_at: Mapped[datetime] = mapped_column(TIME)
    minimum_n: Mapped[int]
    next_n: Mapped[int | None]
    looks: Mapped[int]
    shown_before: Mapped[list[float]] = mapped_column(JSONB, server_default="[0, 0, 0]")
    shown_after: Mapped[list[float]] = mapped_column(JSONB, server_default="[0, 0, 0]")
    correlation: Mapped[str]
