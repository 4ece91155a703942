"""Disturbances over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from incident.fields import AccountNumber, DeviceCode, HappenedAt, UnitPath

Name = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,100}$")]


class DisturbanceIn(BaseModel):
    """A voltage dip (IEC 61000-4-30): the least remaining voltage in per cent of the declared one, and how long.

    Either ``loads``, each with all who are served there at the time, or ``accounts``.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "source": "pq-monitor-7",
                "number": "2026-000123",
                "unit": "/city/east/",
                "happened_at": "2026-03-02T14:05:31+08:00",
                "residual_percent": 62.5,
                "duration_ms": 180,
                "loads": ["load-57"],
            }
        },
    )

    source: Name
    number: Name
    kind: Literal["dip"] = "dip"
    unit: UnitPath
    happened_at: HappenedAt
    residual_percent: Annotated[float, Field(ge=1, lt=90)]
    duration_ms: Annotated[int, Field(ge=10, le=60_000)]
    loads: Annotated[list[DeviceCode], Field(min_length=1, max_length=500)] | None = None
    accounts: Annotated[list[AccountNumber], Field(min_length=1, max_length=5000)] | None = None

    @model_validator(mode="after")
    def _hits_somebody(self) -> Self:
        if (self.loads is None) == (self.accounts is None):
            raise ValueError("Say whom it hit: either by loads or by accounts.")
        return self


class DisturbancesIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[DisturbanceIn], Field(min_length=1, max_length=100)]


class DisturbanceTaken(BaseModel):
    """``customers``: whom it hit. ``unchanged``: the sender's number was known already."""

    source: str
    number: str
    outcome: Literal["created", "unchanged"]
    customers: int


class DisturbancesTaken(BaseModel):
    items: list[DisturbanceTaken]


class DisturbanceShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    source: str
    number: str
    kind: str
    unit: str
    happened_at: datetime
    residual_percent: float
    duration_ms: int
    customers: int
    recorded_at: datetime
