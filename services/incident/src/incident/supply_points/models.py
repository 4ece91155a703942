"""Supply points."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base, one_of, unit_path
from kit.db import TIME

AREAS = ("city", "rural", "remote")


class SupplyPoint(Base):
    """Where one account takes its energy. ``load`` is the load device it hangs on, null while not known.

    ``phone`` is sealed with the customer's own ``data_key``, which is wrapped; ``phone_hash`` finds equal numbers.
    ``served_from`` null: served since before records began.
    """

    __tablename__ = "supply_point"
    __table_args__ = (
        one_of("area", AREAS),
        unit_path(),
        CheckConstraint("served_to >= served_from", name="served"),
        Index(None, "unit"),
        Index(None, "load"),
        Index(None, "phone_hash"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str]
    area: Mapped[str]
    load: Mapped[str | None]
    important: Mapped[bool]
    data_key: Mapped[bytes]
    phone: Mapped[bytes | None]
    phone_hash: Mapped[bytes | None]
    served_from: Mapped[datetime | None] = mapped_column(TIME)
    served_to: Mapped[datetime | None] = mapped_column(TIME)
    source_version: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(TIME)
