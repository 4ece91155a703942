"""Analyses over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from survey.analyses.quadrants import CutLine
from survey.campaigns.occasion import Trigger
from survey.contacts.schemas import UnitPath
from survey.questionnaires.definition import Driver, SubProcess

Kind = Literal["drivers_lmg", "drivers_johnson", "importance_performance", "raking", "experience_cost"]
Experience = Literal["outage_hours", "interruptions", "momentary", "voltage_dips", "late_stages", "returned_handovers"]
EXPERIENCES: tuple[Experience, ...] = (
    "outage_hours",
    "interruptions",
    "momentary",
    "voltage_dips",
    "late_stages",
    "returned_handovers",
)
Category = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Share = Annotated[float, Field(ge=0, le=1)]
Margin = Annotated[dict[Category, Share], Field(min_length=1, max_length=100)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
ROUNDING = 1e-6


class AnalysisIn(BaseModel):
    """What to compute, of whose answers.

    ``outcome`` null is the overall score. ``drivers``: the predictors; ``experiences``: what the customer lived through
    in the ``window_days`` before the service, as further predictors. ``margins``: known shares by segment or by unit
    (each stands for all below it), to which the respondents are weighted; ``limits`` bound the weights, whose mean is
    1. ``resamples``: of the bootstrap; 0 for point values only.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "kind": "drivers_lmg",
                "drivers": ["staff_conduct", "billing_accuracy", "convenience"],
                "period_from": "2026-01-01",
                "seed": 7,
                "resamples": 200,
            }
        },
    )

    kind: Kind
    unit: UnitPath | None = None
    sub_process: SubProcess | None = None
    trigger: Trigger | None = None
    period_from: Day | None = None
    period_to: Day | None = None
    outcome: Driver | None = None
    drivers: Annotated[list[Driver], Field(max_length=9)] = []
    experiences: Annotated[list[Experience], Field(max_length=6)] = []
    window_days: Literal[30, 90, 180, 365] = 90
    margins: dict[Literal["segment", "unit"], Margin] = {}
    limits: tuple[Annotated[float, Field(gt=0, le=1)], Annotated[float, Field(ge=1, le=100)]] | None = None
    cut_line: CutLine = "grand_mean"
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0
    resamples: Annotated[int, Field(ge=0, le=2000)] = 200

    @model_validator(mode="after")
    def _can_be_computed(self) -> Self:
        if len({*self.drivers, *self.experiences}) < len(self.drivers) + len(self.experiences):
            raise ValueError("Name each predictor once.")
        if self.outcome in self.drivers:
            raise ValueError("The outcome cannot be one of its own drivers.")
        if self.kind in {"drivers_lmg", "drivers_johnson", "importance_performance"} and not self.predictors:
            raise ValueError(f"An analysis of kind {self.kind} needs drivers or experiences as predictors.")
        if self.kind == "raking" and not self.margins:
            raise ValueError("Raking needs margins.")
        if self.kind == "importance_performance" and self.experiences:
            raise ValueError("Performance is the mean of a score: experiences have none.")
        for name, margin in self.margins.items():
            if abs(sum(margin.values()) - 1) > ROUNDING:
                raise ValueError(f"The shares of {name} add up to {sum(margin.values()):g}; they must add up to 1.")
        return self

    @property
    def predictors(self) -> list[str]:
        """For the cost of experiences all of them unless some are named."""
        if self.kind == "raking":
            return []
        lived: list[str] = list(self.experiences)
        if self.kind == "experience_cost" and not lived:
            lived = list(EXPERIENCES)
        return [*self.drivers, *lived]


class AnalysisStarted(BaseModel):
    job: UUID


class AnalysisOut(BaseModel):
    """``result`` is null with a ``reason`` where the data allow none.

    ``n``: respondents who answered all that is needed (listwise); ``digest`` names the data: the same kind, parameters
    and data give the same result.
    """

    id: UUID
    kind: Kind
    parameters: dict[str, Any]
    unit: str
    seed: int
    n: int
    digest: str
    result: dict[str, Any] | None
    reason: str | None
    created_at: datetime
