"""Interruptions on the two bases, which are never mixed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base, one_of, unit_path
from incident.supply_points.models import AREAS
from kit.db import TIME

ENDED = "(ended_at IS NULL) = (step IS NULL)"
RUNNING = text("ended_at IS NULL")


class Interruption(Base):
    """One customer without supply: one row per customer and interruption, ended by one step."""

    __tablename__ = "interruption"
    __table_args__ = (
        one_of("area", AREAS),
        unit_path(),
        CheckConstraint("ended_at >= began_at", name="lasts"),
        CheckConstraint(ENDED, name="ended"),
        Index("uq_interruption_running", "account", unique=True, postgresql_where=RUNNING),
        Index(None, "incident_id", "account"),
        Index(None, "account", "began_at"),
        Index(None, "began_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id"))
    account: Mapped[str]
    unit: Mapped[str]
    load: Mapped[str | None]
    area: Mapped[str]
    important: Mapped[bool]
    began_at: Mapped[datetime] = mapped_column(TIME)
    ended_at: Mapped[datetime | None] = mapped_column(TIME)
    step: Mapped[int | None]


class UnitInterruption(Base):
    """One medium-voltage unit (a public transformer, an MV-metered user) without any live source."""

    __tablename__ = "unit_interruption"
    __table_args__ = (
        unit_path(),
        CheckConstraint("ended_at >= began_at", name="lasts"),
        CheckConstraint(ENDED, name="ended"),
        Index("uq_unit_interruption_running", "load", unique=True, postgresql_where=RUNNING),
        Index(None, "incident_id"),
        Index(None, "began_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id"))
    load: Mapped[str]
    unit: Mapped[str]
    began_at: Mapped[datetime] = mapped_column(TIME)
    ended_at: Mapped[datetime | None] = mapped_column(TIME)
    step: Mapped[int | None]
