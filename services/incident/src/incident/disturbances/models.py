"""Disturbances that are no interruptions: voltage dips, and whom each one hit."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base, one_of, unit_path
from kit.db import TIME

KINDS = ("dip",)


class Disturbance(Base):
    """One event as a monitor or a fault record tells it; ``source`` and ``number`` are the sender's own."""

    __tablename__ = "disturbance"
    __table_args__ = (
        one_of("kind", KINDS),
        unit_path(),
        UniqueConstraint("source", "number"),
        CheckConstraint("residual_percent >= 1 AND residual_percent < 90", name="residual"),
        CheckConstraint("duration_ms BETWEEN 10 AND 60000", name="duration"),
        Index(None, "happened_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    number: Mapped[str]
    kind: Mapped[str]
    unit: Mapped[str]
    happened_at: Mapped[datetime] = mapped_column(TIME)
    residual_percent: Mapped[float]
    duration_ms: Mapped[int]
    customers: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(TIME)
    recorded_by: Mapped[str]


class Disturbed(Base):
    """One customer whom a disturbance hit."""

    __tablename__ = "disturbed"
    __table_args__ = (unit_path(), Index(None, "account"))

    disturbance_id: Mapped[UUID] = mapped_column(ForeignKey("disturbance.id"), primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str]
