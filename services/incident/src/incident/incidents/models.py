"""Incidents, the calls they explain, and what was promised about their end."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base, one_of, unit_path
from incident.incidents.lifecycle import STATES, State
from incident.supply_points.models import AREAS
from kit.db import TIME

PRIORITIES = ("normal", "danger")
LEVELS = ("lv", "mv")
NATURES = ("fault", "disturbance")
SOURCES = ("dispatcher", "crew", "rule")


class Incident(Base):
    """``device``: predicted until ``confirmed_at``, then confirmed; ``customers_out`` as known when it was set.

    ``unit`` is the unit that repairs. ``reasons`` say why the device: code, sentence and facts of each thought.
    """

    __tablename__ = "incident"
    __table_args__ = (
        one_of("state", STATES),
        one_of("priority", PRIORITIES),
        one_of("level", LEVELS),
        one_of("nature", NATURES),
        one_of("area", AREAS),
        unit_path(),
        CheckConstraint("confirmed_at IS NULL OR device IS NOT NULL", name="confirmed"),
        CheckConstraint(
            "state NOT IN ('confirmed', 'restoring', 'restored', 'closed') OR confirmed_at IS NOT NULL",
            name="confirmed_first",
        ),
        CheckConstraint("(state IN ('restored', 'closed')) = (restored_at IS NOT NULL)", name="restored"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("state <> 'closed' OR cause IS NOT NULL", name="cause"),
        CheckConstraint("(state = 'merged') = (merged_into IS NOT NULL)", name="merged"),
        CheckConstraint("restored_at >= began_at", name="lasts"),
        Index(None, "unit", "id"),
        Index(None, "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    unit: Mapped[str]
    area: Mapped[str]
    state: Mapped[State] = mapped_column(Text)
    priority: Mapped[str]
    level: Mapped[str]
    nature: Mapped[str]
    device: Mapped[str | None]
    network_id: Mapped[UUID | None] = mapped_column(ForeignKey("network_version.id"))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    customers_out: Mapped[int]
    cause: Mapped[str | None]
    steps: Mapped[int]
    began_at: Mapped[datetime] = mapped_column(TIME)
    opened_at: Mapped[datetime] = mapped_column(TIME)
    confirmed_at: Mapped[datetime | None] = mapped_column(TIME)
    restored_at: Mapped[datetime | None] = mapped_column(TIME)
    closed_at: Mapped[datetime | None] = mapped_column(TIME)
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("incident.id"))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own declaration)

    @property
    def number(self) -> str:
        """How people name it; the year is that of its opening."""
        return f"I{self.opened_at.year}-{self.serial:06d}"


class IncidentCall(Base):
    """Which incident explains a call: one at a time."""

    __tablename__ = "incident_call"
    __table_args__ = (Index(None, "incident_id"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("trouble_call.id"), primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id"))
    reason: Mapped[dict[str, Any]] = mapped_column(JSONB)
    joined_at: Mapped[datetime] = mapped_column(TIME)


class Estimate(Base):
    """When supply is expected back, and who says so. Never changed: the newest holds."""

    __tablename__ = "estimate"
    __table_args__ = (one_of("source", SOURCES), unit_path(), Index(None, "incident_id", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id"))
    unit: Mapped[str]
    restored_by: Mapped[datetime] = mapped_column(TIME)
    source: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(TIME)
    made_by: Mapped[str]
