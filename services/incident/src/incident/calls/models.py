"""Trouble calls."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base, one_of, unit_path
from kit.db import TIME

SOURCES = ("phone", "hall", "app", "12345", "12398", "media", "staff")
SYMPTOMS = ("no_supply", "part_supply", "flicker", "voltage", "equipment", "other")


class TroubleCall(Base):
    """What a caller reported. ``caller``, ``phone`` and ``words`` are sealed; ``fingerprint`` tells repeats apart."""

    __tablename__ = "trouble_call"
    __table_args__ = (
        one_of("source", SOURCES),
        one_of("symptom", SYMPTOMS),
        unit_path(),
        CheckConstraint("danger = (cardinality(dangers) > 0)", name="danger"),
        Index(None, "account"),
        Index(None, "unit", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit: Mapped[str]
    account: Mapped[str | None]
    load: Mapped[str | None]
    source: Mapped[str]
    symptom: Mapped[str]
    danger: Mapped[bool]
    dangers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    caller: Mapped[bytes | None]
    phone: Mapped[bytes | None]
    words: Mapped[bytes | None]
    fingerprint: Mapped[bytes]
    happened_at: Mapped[datetime] = mapped_column(TIME)
    received_at: Mapped[datetime] = mapped_column(TIME)
    received_by: Mapped[str]
