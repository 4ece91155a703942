"""Scores one by one, and their rollups by day: both written in the response's own transaction."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base

OVERALL = ""
"""The driver of an overall score: part of a key, which takes no null."""


class ScoreRow(Base):
    """One scored item of one complete answer, 1..5; ``teams``: what it speaks of, units by sub-process."""

    __tablename__ = "score"
    __table_args__ = (
        CheckConstraint("value >= 1 AND value <= 5", name="value"),
        Index(None, "driver", "occurred_at"),
    )

    response_id: Mapped[UUID] = mapped_column(primary_key=True)
    driver: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str]
    sub_process: Mapped[str | None]
    teams: Mapped[dict[str, str]] = mapped_column(JSONB)
    trigger: Mapped[str]
    occurred_at: Mapped[datetime] = mapped_column(TIME)
    value: Mapped[float]


class Rollup(Base):
    """Counts and sums of one cell of the published grid; ``day`` is the company's local day of the service.

    ``measure`` score: ``total`` and ``squares`` of 1..5, ``favourable`` at 4 or more, ``unfavourable`` low ones.
    ``measure`` nps: of 0..10, ``favourable`` promoters, ``unfavourable`` detractors.
    """

    __tablename__ = "rollup"
    __table_args__ = (CheckConstraint("measure IN ('score', 'nps')", name="measure"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    sub_process: Mapped[str] = mapped_column(primary_key=True)
    trigger: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    driver: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]
    total: Mapped[float]
    squares: Mapped[float]
    favourable: Mapped[int]
    unfavourable: Mapped[int]
