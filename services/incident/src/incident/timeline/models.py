"""The timeline of incidents."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base, unit_path
from kit.db import TIME


class TimelineEntry(Base):
    """Insert and select only: the database refuses the rest. ``note`` is sealed; ``facts`` hold nothing personal."""

    __tablename__ = "timeline_entry"
    __table_args__ = (unit_path(), Index(None, "incident_id", "happened_at", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id"))
    unit: Mapped[str]
    kind: Mapped[str]
    happened_at: Mapped[datetime] = mapped_column(TIME)
    recorded_at: Mapped[datetime] = mapped_column(TIME)
    recorded_by: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    note: Mapped[bytes | None]
