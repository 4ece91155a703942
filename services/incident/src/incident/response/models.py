"""Crews sent to incidents."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base, unit_path
from kit.db import TIME


class Dispatch(Base):
    """One crew sent to one incident; ``unit`` is the incident's, the crew may be a neighbour's."""

    __tablename__ = "dispatch"
    __table_args__ = (unit_path(), Index(None, "incident_id", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id"))
    crew_id: Mapped[UUID] = mapped_column(ForeignKey("crew.id"))
    unit: Mapped[str]
    dispatched_at: Mapped[datetime] = mapped_column(TIME)
    dispatched_by: Mapped[str]
