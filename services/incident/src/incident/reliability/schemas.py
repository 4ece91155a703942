"""Figures that name their formula, population, period, zone and parameters."""

from datetime import date, datetime
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


class MajorEventDaysShown(BaseModel):
    """``limit_minutes``: T_MED of the period's year; ``figures_without``: the same figures less those days.

    Interruptions are left out, the minutes of the period are not. Null, with ``reason``, without a limit.
    """

    limit_minutes: float | None
    reason: str | None
    alpha: float | None
    beta: float | None
    ddof: int
    days_of_history: int
    days: list[date]
    figures_without: list[FigureShown] | None


class IndicesShown(BaseModel):
    """Figures with and without major event days stand beside each other; what customers see leaves none out."""

    population: PopulationShown
    period: PeriodShown
    parameters: dict[str, float | int | str | list[str]]
    totals: TotalsShown
    figures: list[FigureShown]
    major_event_days: MajorEventDaysShown
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
