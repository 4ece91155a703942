"""What is sent and reported."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from incident.fields import HappenedAt
from incident.incidents.lifecycle import State
from incident.incidents.schemas import Words


class DispatchIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    crew: Annotated[str, Field(max_length=40, examples=["EAST-1"])]
    happened_at: HappenedAt | None = None


class DispatchShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    crew: str
    dispatched_at: datetime
    dispatched_by: str


class MoveIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    to: Literal["en_route", "arrived", "isolating"]
    happened_at: HappenedAt | None = None
    note: Words | None = None


class MoveDone(BaseModel):
    """``late``: the incident was further already; the report stands in the timeline at its own time."""

    state: State
    late: bool


class ReportIn(BaseModel):
    """``done`` and ``step_ready`` restore nothing: a dispatcher confirms each step."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["done", "step_ready", "damage", "materials", "hazard", "note"]
    happened_at: HappenedAt | None = None
    note: Words | None = None


class Reported(BaseModel):
    state: State
    awaiting_confirmation: bool
