"""Versions of the network, their devices, and the devices' present states."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base, one_of, unit_path
from incident.network.model import KINDS, Kind
from kit.db import TIME

TERMINALS_FIT = """
(kind = 'bus' AND terminal_1 IS NULL AND terminal_2 IS NULL)
OR (kind IN ('source', 'load') AND terminal_1 IS NOT NULL AND terminal_2 IS NULL)
OR (kind IN ('line', 'transformer', 'switch') AND terminal_1 IS NOT NULL AND terminal_2 IS NOT NULL)
"""


class NetworkVersion(Base):
    """Immutable once imported; exactly one is current."""

    __tablename__ = "network_version"
    __table_args__ = (
        one_of("source", ("pandapower", "csv")),
        unit_path(),
        Index("uq_network_version_current", "current", unique=True, postgresql_where=text("current")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    name: Mapped[str]
    source: Mapped[str]
    unit: Mapped[str]
    digest: Mapped[bytes]
    devices: Mapped[int]
    imported_by: Mapped[str]
    imported_at: Mapped[datetime] = mapped_column(TIME)
    current: Mapped[bool]


class DeviceRow(Base):
    """One device of one version."""

    __tablename__ = "device"
    __table_args__ = (
        one_of("kind", KINDS),
        CheckConstraint(TERMINALS_FIT, name="terminals"),
        CheckConstraint("kind <> 'load' OR type IN ('public_transformer', 'mv_user')", name="load_type"),
        *(
            ForeignKeyConstraint(
                ["network_id", terminal],
                ["device.network_id", "device.code"],
                deferrable=True,
                initially="DEFERRED",
            )
            for terminal in ("terminal_1", "terminal_2")
        ),
    )

    network_id: Mapped[UUID] = mapped_column(ForeignKey("network_version.id"), primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[Kind] = mapped_column(Text)
    name: Mapped[str]
    terminal_1: Mapped[str | None]
    terminal_2: Mapped[str | None]
    normally_in: Mapped[bool]
    type: Mapped[str]
    kv: Mapped[float | None]


class DeviceState(Base):
    """The present state of a device that was told of; others are in their normal state.

    By code and not by version: a state outlives an import.
    """

    __tablename__ = "device_state"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    is_in: Mapped[bool]
    since: Mapped[datetime] = mapped_column(TIME)
    recorded_at: Mapped[datetime] = mapped_column(TIME)
    recorded_by: Mapped[str]
