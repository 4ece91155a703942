"""Figures that name their formula, population, period, zone and parameters."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class FigureShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    value: float | None
    measure: str
    formula: str
    reason: str | None


class PeriodShown(BaseModel):
    begin: datetime
    end: datetime
    minutes: float
    zone: str
    attribution: str


class PopulationShown(BaseModel):
    """``n``: units served on average over the period; ``running``: interruptions not ended, in no figure."""

    basis: Literal["lv", "mv"]
    unit: str
    n: float
    n_method: str
    running: int


class TotalsShown(BaseModel):
    """CI, CMI, CN of sustained interruptions; ``momentary``: the others."""

    interruptions: int
    minutes: float
    units_hit: int
    momentary: int


class IndicesShown(BaseModel):
    """``variant``: which causes were left out; figures shown to customers leave nothing out."""

    population: PopulationShown
    period: PeriodShown
    parameters: dict[str, float | int | str | list[str]]
    totals: TotalsShown
    figures: list[FigureShown]
    source: str


class AccountInterruption(BaseModel):
    """``minutes`` null while it lasts."""

    incident_id: UUID
    number: str
    cause: str | None
    began_at: datetime
    ended_at: datetime | None
    step: int | None
    minutes: float | None
    sustained: bool | None


class AccountReliability(BaseModel):
    """One customer's own record over the period."""

    account: str
    period: PeriodShown
    threshold_minutes: float
    sustained: int
    momentary: int
    minutes: float
    running: bool
    interruptions: list[AccountInterruption]
