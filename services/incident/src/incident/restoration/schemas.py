"""Steps as a dispatcher confirms them, and the interruptions they end."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from incident.fields import NOT_AN_ORDER, AccountNumber, DeviceCode, HappenedAt
from incident.incidents.lifecycle import State
from incident.incidents.schemas import Words
from incident.network.schemas import Operation

WAYS = ("operations", "loads", "accounts", "rest")


class StepIn(BaseModel):
    """Who is back, in exactly one of four ways.

    ``operations``: by switching, the network says who; ``loads``: these transformer areas or MV users;
    ``accounts``: exactly these customers; ``rest``: all that are still out.
    """

    model_config = ConfigDict(extra="forbid")

    happened_at: HappenedAt | None = None
    operations: Annotated[list[Operation], Field(min_length=1, max_length=200)] | None = None
    loads: Annotated[list[DeviceCode], Field(min_length=1, max_length=5000)] | None = None
    accounts: Annotated[list[AccountNumber], Field(min_length=1, max_length=5000)] | None = None
    rest: bool = False
    note: Words | None = None

    @model_validator(mode="after")
    def one_way(self) -> Self:
        given = [name for name in WAYS if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(f"A step needs exactly one of {', '.join(WAYS)}; here are {len(given)}.")
        return self


class StepShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    number: int
    happened_at: datetime
    recorded_at: datetime
    confirmed_by: str
    operations: list[Operation]
    customers_back: int
    customers_lost: int


class StepDone(StepShown):
    """``handed_over``: customers who stay out because of another open incident, by its id."""

    state: State
    customers_still_out: int
    handed_over: dict[UUID, int]
    caution: str = NOT_AN_ORDER


class InterruptionShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    account: str
    unit: str
    load: str | None
    area: str
    important: bool
    began_at: datetime
    ended_at: datetime | None
    step: int | None
