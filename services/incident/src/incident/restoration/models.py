"""Steps of restoration."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base, unit_path
from kit.db import TIME


class RestorationStep(Base):
    """One confirmed step: what was switched, and how many customers it brought back and took away."""

    __tablename__ = "restoration_step"
    __table_args__ = (
        unit_path(),
        CheckConstraint("number > 0 AND customers_back >= 0 AND customers_lost >= 0", name="counts"),
    )

    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    unit: Mapped[str]
    happened_at: Mapped[datetime] = mapped_column(TIME)
    recorded_at: Mapped[datetime] = mapped_column(TIME)
    confirmed_by: Mapped[str]
    operations: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    customers_back: Mapped[int]
    customers_lost: Mapped[int]
