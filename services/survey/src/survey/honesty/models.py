"""Marks of answers that may not be a customer's own, and what they do to a month's figures."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base

REASONS = ("one_number", "staff_number", "one_device", "impossible_speed")


class StaffNumber(Base):
    """The keyed hash of an employee's own telephone number, as contacts keep theirs."""

    __tablename__ = "staff_number"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class ResponseFlag(Base):
    """One reason to doubt one answer. The answer stays, and figures are given with and without it."""

    __tablename__ = "response_flag"
    __table_args__ = (
        CheckConstraint("reason IN ('one_number', 'staff_number', 'one_device', 'impossible_speed')", name="reason"),
    )

    response_id: Mapped[UUID] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)


class CountedDay(Base):
    """A local day whose answers without a flag entered the published grid, up to the answer ``reached``.

    Each answer enters once, by what was known then: what was shown is never taken back.
    """

    __tablename__ = "counted_day"

    begins_at: Mapped[datetime] = mapped_column(TIME, primary_key=True)
    reached: Mapped[UUID | None]
    done: Mapped[bool]


class LateAnswer(Base):
    """An answer brought in about a day that was counted already: it enters when its month is looked through again."""

    __tablename__ = "late_answer"

    response_id: Mapped[UUID] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"), primary_key=True)


class HonestyMonth(Base):
    """A unit's answers of one month that has ended; ``counts`` are those of ``figures.Counts``."""

    __tablename__ = "honesty_month"

    month: Mapped[date] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    counted_at: Mapped[datetime] = mapped_column(TIME)
