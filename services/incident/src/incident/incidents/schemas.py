"""Incidents as they are opened, decided on and shown."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from incident.fields import DeviceCode, HappenedAt, UnitPath
from incident.incidents.lifecycle import State

Words = Annotated[str, Field(min_length=1, max_length=4000, description="Free text, kept encrypted")]
Area = Literal["city", "rural", "remote"]
Level = Literal["lv", "mv"]


class IncidentIn(BaseModel):
    """``device``: what went out, confirmed by who opens it."""

    model_config = ConfigDict(extra="forbid")

    device: DeviceCode
    began_at: HappenedAt | None = None
    unit: UnitPath | None = Field(
        None, description="The unit that repairs; by default the one nearest to the customers"
    )
    area: Area | None = None
    level: Level | None = Field(
        None, description="lv: behind a transformer, counts no MV unit; by default from the device"
    )
    priority: Literal["normal", "danger"] = "normal"
    note: Words | None = None


class Confirmation(BaseModel):
    """``device``: the predicted one, or another: then ``note`` says why the prediction is overruled."""

    model_config = ConfigDict(extra="forbid")

    device: DeviceCode
    began_at: HappenedAt | None = Field(None, description="When it went out; by default as known so far")
    level: Level | None = None
    happened_at: HappenedAt | None = Field(None, description="When it was decided")
    note: Words | None = None


class EstimateIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    restored_by: AwareDatetime
    source: Literal["dispatcher", "crew", "rule"] = "dispatcher"


class EstimateShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    restored_by: datetime
    source: str
    made_at: datetime
    made_by: str


class Merger(BaseModel):
    model_config = ConfigDict(extra="forbid")

    into: UUID


class Cancellation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: Words
    happened_at: HappenedAt | None = None


class CauseIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    cause: Annotated[str, Field(max_length=60, examples=["vehicle"])]
    happened_at: HappenedAt | None = None


class Closure(BaseModel):
    """``cause`` where none was set before."""

    model_config = ConfigDict(extra="forbid")

    cause: Annotated[str, Field(max_length=60, examples=["vehicle"])] | None = None
    happened_at: HappenedAt | None = None
    note: Words | None = None


class ReasonShown(BaseModel):
    code: str
    sentence: str
    facts: dict[str, Any]


class IncidentShown(BaseModel):
    """``device`` is only predicted until ``confirmed_at``; ``reasons`` say why."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: str
    unit: str
    area: str
    state: State
    priority: str
    level: str
    nature: str
    device: str | None
    reasons: list[ReasonShown]
    customers_out: int
    cause: str | None
    steps: int
    began_at: datetime
    opened_at: datetime
    confirmed_at: datetime | None
    restored_at: datetime | None
    closed_at: datetime | None
    merged_into: UUID | None
    version: int


class IncidentDetail(IncidentShown):
    """With what changes by itself: customers still out, the estimate in force and those before it."""

    customers_still_out: int
    estimate: EstimateShown | None
    estimates: list[EstimateShown]
    moves: list[str] = Field(description="States it can reach from here")


class TimelineEntryBase(BaseModel):
    """``happened_at`` when it happened, ``recorded_at`` when the suite was told."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    happened_at: datetime
    recorded_at: datetime
    recorded_by: str
    facts: dict[str, Any]


class TimelineShown(TimelineEntryBase):
    note: str | None


class TimelineRow(TimelineEntryBase):
    """As stored, with its note sealed."""

    note: bytes | None

    def plain(self) -> dict[str, Any]:
        return self.model_dump(exclude={"note"})


class CallShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    call_id: UUID
    account: str | None
    load: str | None
    danger: bool
    happened_at: datetime
    reason: ReasonShown


class CauseShown(BaseModel):
    code: str
    group: str
    zh: str
    en: str


class CausesShown(BaseModel):
    items: list[CauseShown]
