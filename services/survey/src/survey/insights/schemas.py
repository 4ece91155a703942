"""Figures over HTTP, each with its formula, its n and its parameters."""

from datetime import date
from typing import Literal

from pydantic import BaseModel

from survey.questionnaires.definition import Driver

Dimension = Literal["sub_process", "driver", "unit", "day", "week", "month"]


class FigureOut(BaseModel):
    """``value`` is null with a ``reason`` where it is undefined or withheld; so are ``low`` and ``high``."""

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    formula: str
    confidence: float
    reason: str | None


class CellOut(BaseModel):
    """The dimensions asked for name the cell; ``driver`` null is the overall score.

    ``n`` counts the score's respondents, null where they are withheld. Who answered the score need not have
    answered the recommendation: NPS has an n of its own.
    """

    sub_process: str | None = None
    driver: Driver | None = None
    unit: str | None = None
    day: date | None = None
    week: date | None = None
    month: date | None = None
    n: int | None
    mean: FigureOut
    csat: FigureOut
    nps: FigureOut


class Parameters(BaseModel):
    """What the figures were asked for. Days are those of the service, in ``time_zone``, both ends included."""

    time_zone: str
    period_from: date | None
    period_to: date | None
    sub_process: str | None
    driver: str | None
    unit: str | None
    trigger: str
    group_by: list[Dimension]
    smallest_shown: int


class ScoresOut(BaseModel):
    parameters: Parameters
    items: list[CellOut]
