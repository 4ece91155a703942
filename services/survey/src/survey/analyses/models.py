"""What analyses came to: stored, so that each can be read again and computed again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class Analysis(Base):
    """The same kind, parameters and data (``digest``: SHA-256 over them, sorted) give the same result.

    ``result`` is null with a ``reason`` where the data allow none. It holds no answer of a single person.
    """

    __tablename__ = "analysis"
    __table_args__ = (
        CheckConstraint("(result IS NULL) = (reason IS NOT NULL)", name="result"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    unit: Mapped[str]
    seed: Mapped[int] = mapped_column(BigInteger)
    n: Mapped[int]
    digest: Mapped[str]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    reason: Mapped[str | None]
    requested_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(TIME)


class AnalysisMember(Base):
    """An answer's place in its block of five, which never changes.

    ``block`` is a random name: called as one of its members it would lead from an erased customer's old answer to the
    new one. In no block yet are the last few answers of each place.
    """

    __tablename__ = "analysis_member"
    __table_args__ = (
        UniqueConstraint("block", "place"),
        CheckConstraint("place BETWEEN 0 AND 4", name="five"),
    )

    response_id: Mapped[UUID] = mapped_column(primary_key=True)
    block: Mapped[UUID]
    place: Mapped[int] = mapped_column(SmallInteger)


class AnalysisPending(Base):
    """An answer in no block that is to be looked at: left over before, or come by another way than from a phone."""

    __tablename__ = "analysis_pending"

    response_id: Mapped[UUID] = mapped_column(primary_key=True)


class AnalysisReach(Base):
    """Up to when answers were looked at for blocks (``reached``), and when all of them were (``whole_at``)."""

    __tablename__ = "analysis_reach"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    reached: Mapped[datetime] = mapped_column(TIME)
    whole_at: Mapped[datetime] = mapped_column(TIME)
