"""Figures over HTTP, each with its formula, its n and its parameters."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from survey.insights.questions import Dimension
from survey.insights.satisfaction_index import Indicator, fault_of
from survey.questionnaires.definition import Driver

Shown = Literal["mean", "csat", "nps", "ces"]
"""CES as the mean of 1..7."""


class FigureOut(BaseModel):
    """``value`` is null with a ``reason`` where it is undefined or withheld; so are ``low`` and ``high``.

    ``effective_n`` is n unless the figure is weighted (Kish).
    """

    value: float | None
    low: float | None
    high: float | None
    n: int | None
    effective_n: float | None
    formula: str
    confidence: float
    reason: str | None


class EffortOut(BaseModel):
    """CES on 1..7 by three formulas, as vendors differ."""

    mean: FigureOut
    top_two: FigureOut
    net: FigureOut


class UnflaggedOut(BaseModel):
    """The overall score of the answers that were looked through and bear no flag (``GET /v1/insights/honesty``)."""

    n: int | None
    mean: FigureOut
    csat: FigureOut


class CellOut(BaseModel):
    """The dimensions asked for name the cell; ``driver`` null is the overall score.

    ``n`` counts the score's respondents, null where they are withheld. Who answered the score need not have
    answered the recommendation: NPS has an n of its own. ``without_flagged`` is null where it was not asked for.
    """

    sub_process: str | None = None
    segment: str | None = None
    trigger: str | None = None
    driver: Driver | None = None
    unit: str | None = None
    day: date | None = None
    week: date | None = None
    month: date | None = None
    n: int | None
    mean: FigureOut
    csat: FigureOut
    nps: FigureOut
    ces: EffortOut
    without_flagged: UnflaggedOut | None = None


class Parameters(BaseModel):
    """What the figures were asked for. Days are those of the service, in ``time_zone``, both ends included.

    ``unit`` stands for all below it; grouping by it gives the units right below. ``counting`` says which answers
    the figures hold.
    """

    time_zone: str
    period_from: date | None
    period_to: date | None
    sub_process: str | None
    segment: str | None
    driver: str | None
    unit: str
    trigger: str
    group_by: list[Dimension]
    smallest_shown: int
    counting: str


class ScoresOut(BaseModel):
    """``honesty``: where it is told which answers are flagged, and how many."""

    parameters: Parameters
    honesty: str = "/v1/insights/honesty"
    items: list[CellOut]


class TrendPoint(BaseModel):
    """One period by its first day."""

    period: date
    figure: FigureOut


class ChangeOut(BaseModel):
    """The level differs from ``period`` on; it says nothing of what brought it about."""

    period: date
    before: float
    after: float


class TrendOut(BaseModel):
    """``changes`` is null with a ``reason`` where there are too few periods with figures."""

    parameters: Parameters
    figure: Shown
    points: list[TrendPoint]
    changes: list[ChangeOut] | None
    method: str
    reason: str | None


class IndicatorIn(BaseModel):
    """A question of the index: the mean of a driver's scores (null: the overall score), the recommendation or CES."""

    model_config = ConfigDict(extra="forbid")

    measure: Literal["score", "nps", "ces"] = "score"
    driver: Driver | None = None
    weight: Annotated[float, Field(ge=0, le=1)]

    @property
    def scale(self) -> tuple[float, float]:
        return {"score": (1.0, 5.0), "nps": (0.0, 10.0), "ces": (1.0, 7.0)}[self.measure]

    @property
    def indicator(self) -> Indicator:
        return Indicator(self.weight, *self.scale)


class WeightsIn(BaseModel):
    """The next version of the index's weights; they add up to 1. ``document`` names what set them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "indicators": [
                    {"measure": "score", "weight": 0.3885},
                    {"measure": "score", "driver": "reliability", "weight": 0.319},
                    {"measure": "nps", "weight": 0.2925},
                ],
                "document": "Quality committee 2026/4",
            }
        },
    )

    indicators: Annotated[list[IndicatorIn], Field(min_length=1, max_length=20)]
    document: Annotated[str, StringConstraints(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _makes_an_index(self) -> Self:
        if fault := fault_of([one.indicator for one in self.indicators]):
            raise ValueError(fault)
        return self


class WeightsOut(BaseModel):
    version: int
    indicators: list[IndicatorIn]
    document: str
    set_by: str
    set_at: datetime


class IndicatorOut(BaseModel):
    """An indicator with its own mean, as it enters the index."""

    measure: str
    driver: str | None
    weight: float
    least: float
    most: float
    mean: float | None
    n: int | None


class IndexOut(BaseModel):
    parameters: Parameters
    weights_version: int | None
    figure: FigureOut
    indicators: list[IndicatorOut]


class SampleSizeOut(BaseModel):
    n: int
    population: int
    margin: float
    share: float
    confidence: float
    formula: str
