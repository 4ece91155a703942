"""Needs in their order over HTTP, each figure with its formula, n and parameters."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from survey.insights.schemas import FigureOut
from survey.needs.lifecycle import State
from survey.questionnaires.kano import Category


class KanoOut(BaseModel):
    """``counts``: customers by category, null where withheld. ``tied`` names all most frequent categories."""

    n: int | None
    counts: dict[Category, int] | None
    category: Category | None
    tied: list[Category]
    clear: bool | None
    better: FigureOut
    worse: FigureOut
    caveats: list[str]
    rule: str


class ImportanceOut(BaseModel):
    """On 0..1. ``source`` drivers: out of the analysis that was named.

    kano: nobody was asked for importance, the larger Kano coefficient stands in.
    """

    value: float | None
    source: Literal["drivers", "stated", "kano"] | None
    n: int | None
    formula: str | None
    reason: str | None


class RankedNeed(BaseModel):
    """``stated``: the mean stated importance on 1..5. ``opportunity`` on 0..1, null with a reason."""

    rank: int
    code: str
    name: dict[str, str]
    state: State
    kano: KanoOut
    importance: ImportanceOut
    stated: FigureOut
    performance: FigureOut
    opportunity: float | None
    reason: str | None


class Ranking(BaseModel):
    """Of all customers where ``segment`` is null."""

    segment: str | None
    items: list[RankedNeed]


class AnalysisUsed(BaseModel):
    """Where importance comes from; ``digest`` names the data that it was computed on."""

    id: UUID
    kind: str
    unit: str
    n: int
    digest: str
    created_at: datetime


class RankingParameters(BaseModel):
    """Days are those of the service, in ``time_zone``, both ends included."""

    time_zone: str
    unit: str
    segment: str | None
    period_from: date | None
    period_to: date | None
    smallest_shown: int
    small_sample: int
    order: list[Category | Literal["not_classed"]]
    formula: str
    counting: str
    analysis: AnalysisUsed | None


class RankingsOut(BaseModel):
    parameters: RankingParameters
    rankings: list[Ranking]
