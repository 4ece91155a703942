"""The network as it is imported, asked for and shown."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from incident.fields import NOT_AN_ORDER, DeviceCode, HappenedAt
from incident.network.model import Kind

Caution = Annotated[str, Field(default=NOT_AN_ORDER, description="Holds for every answer about the network.")]


class NetworkShown(BaseModel):
    """The current version. ``devices`` by kind; ``out``: codes that are out now but normally in, or vice versa."""

    id: UUID
    number: int
    name: str
    source: str
    unit: str
    imported_at: datetime
    devices: dict[str, int]
    loads_without_supply: int
    caution: Caution


class ImportResult(BaseModel):
    """``id`` and ``number`` are null after a dry run."""

    dry_run: bool
    id: UUID | None
    number: int | None
    devices: dict[str, int]
    loads_without_supply: int


class DeviceShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    kind: Kind
    name: str
    terminal_1: str | None
    terminal_2: str | None
    normally_in: bool
    type: str
    kv: float | None


class DeviceDetail(DeviceShown):
    """``feeds``: loads that lose supply when it goes out; ``depends_on``: what feeds it alone, nearest first."""

    is_in: bool
    since: datetime | None
    has_supply: bool
    depends_on: list[str]
    feeds: list[str]
    caution: Caution


class Operation(BaseModel):
    """``to``: ``in`` is closed or in service, ``out`` is open or out of service."""

    model_config = ConfigDict(extra="forbid")

    device: DeviceCode
    to: Literal["in", "out"]


class WhatIf(BaseModel):
    model_config = ConfigDict(extra="forbid")

    operations: Annotated[list[Operation], Field(min_length=1, max_length=200)]


class WhatIfResult(BaseModel):
    """Loads that would gain and lose supply."""

    back: list[str]
    lost: list[str]
    caution: Caution


class Switching(WhatIf):
    """What was done in the field, as the dispatcher knows it."""

    happened_at: HappenedAt | None = None
