"""The published grid: answers that wait to be counted, and the counts that may be shown.

A *place* is a unit with all below it (its ``parent`` one level up), a topic with its member (none, or one
sub-process, segment or trigger), a measure and a driver.
"""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base

MEASURES = "measure IN ('score', 'unflagged', 'nps', 'ces', 'need', 'importance', 'kano', 'kano_split')"
TOPICS = "topic IN ('', 'sub_process', 'segment', 'trigger')"


class Tally(Base):
    """One complete answer that is not yet in the grid; written once, in the answer's own transaction.

    ``entries``: lists of measure, driver, sub-process, value and whether it is low.
    """

    __tablename__ = "tally"

    position: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    day: Mapped[date]
    unit: Mapped[str]
    segment: Mapped[str | None]
    trigger: Mapped[str]
    entries: Mapped[list[Any]] = mapped_column(JSONB)


class Sums:
    """Respondents, sum and sum of squares of their values, how many were favourable and unfavourable."""

    n: Mapped[int]
    total: Mapped[float]
    squares: Mapped[float]
    favourable: Mapped[int]
    unfavourable: Mapped[int]


class Waiting(Sums, Base):
    """Answers of a place about one day, too few to be shown yet.

    ``looked``: 0 as they came, 1 once merging within their week was tried, 2 once merging over weeks was.
    """

    __tablename__ = "waiting"
    __table_args__ = (
        CheckConstraint(MEASURES, name="measure"),
        CheckConstraint(TOPICS, name="topic"),
        Index("ix_waiting_enough", "n", postgresql_where=text("n >= 5")),
        Index("ix_waiting_looked", "looked", "day", postgresql_where=text("looked < 2")),
    )

    parent: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    driver: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    member: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    looked: Mapped[int] = mapped_column(SmallInteger)


class Cell(Sums, Base):
    """What may be shown of a place: sums of blocks of five and more answers, each block in full or not at all.

    ``grain`` all: every block. month: those within it. day: blocks of one day. run: one block of several days,
    ``first`` to ``last``.
    """

    __tablename__ = "cell"
    __table_args__ = (
        CheckConstraint("grain IN ('all', 'month', 'day', 'run')", name="grain"),
        CheckConstraint(MEASURES, name="measure"),
        CheckConstraint(TOPICS, name="topic"),
        CheckConstraint("n >= 5", name="five"),
    )

    grain: Mapped[str] = mapped_column(primary_key=True)
    parent: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    driver: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    member: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[date] = mapped_column(primary_key=True)
