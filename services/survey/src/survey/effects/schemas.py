"""A finding's effect over HTTP."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from survey.insights.schemas import FigureOut, Parameters, Shown


class EffectOut(BaseModel):
    """Later customers against earlier ones, as far as may be told by now.

    ``difference`` = mean after - mean before in points of the five-point score. Both sides are null, as ``caveat`` then
    says, while one has fewer than ``smallest_shown`` respondents; ``counting`` says which answers they hold.
    """

    finding_id: UUID
    state: Literal["watching", "closed"]
    unit: str
    sub_process: str
    driver: str | None
    before_from: datetime
    before_to: datetime
    effective_at: datetime
    minimum_n: int
    next_n: int | None
    looks: int
    n_before: int | None
    n_after: int | None
    mean_before: float | None
    mean_after: float | None
    difference: float | None
    low: float | None
    high: float | None
    confidence: float
    conclusive: bool
    method: str
    caveat: str | None
    time_zone: str
    smallest_shown: int
    counting: str


class DifferenceOut(BaseModel):
    """A comparison over time. ``value`` is null with a ``reason`` where it is undefined or withheld."""

    value: float | None
    low: float | None
    high: float | None
    method: str
    confidence: float
    caveat: str | None
    reason: str | None


class SidesOut(BaseModel):
    """The figure about service before the split and from it on."""

    unit: str
    segment: str | None
    before: FigureOut
    after: FigureOut
    difference: DifferenceOut


class BeforeAfterOut(BaseModel):
    """``difference_in_differences``: how much more the group changed than its comparison; null without one."""

    parameters: Parameters
    figure: Shown
    split: date
    group: SidesOut
    comparison: SidesOut | None
    difference_in_differences: DifferenceOut | None
