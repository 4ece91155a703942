"""``/v1/insights``: what the answers come to."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, status
from pydantic import StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor, Role, allow
from kit.context import Context
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from survey.campaigns.occasion import Trigger
from survey.contacts.schemas import UnitPath
from survey.insights import service
from survey.insights.cells import HIDDEN, figures, measure_of, moments_of
from survey.insights.cells import figure as cell_figure
from survey.insights.changes import FEWEST, METHOD, Point, changes
from survey.insights.figures import CONFIDENCE
from survey.insights.questions import TOPICS, Dimension, Question
from survey.insights.sample_size import FORMULA as SIZE
from survey.insights.sample_size import sample_size
from survey.insights.satisfaction_index import FORMULA as INDEX
from survey.insights.satisfaction_index import satisfaction_index
from survey.insights.schemas import (
    CellOut,
    ChangeOut,
    FigureOut,
    IndexOut,
    IndicatorIn,
    IndicatorOut,
    Parameters,
    SampleSizeOut,
    ScoresOut,
    Shown,
    TrendOut,
    TrendPoint,
    UnflaggedOut,
    WeightsIn,
    WeightsOut,
)
from survey.insights.service import CellFound
from survey.insights.unflagged import figures_of, not_overall
from survey.published.disclosure import SMALLEST_SHOWN, Sums
from survey.published.places import Grain
from survey.published.service import Asked, catch_up, read_unflagged
from survey.questionnaires.definition import Driver, SubProcess
from survey.settings import settings_of

router = APIRouter(prefix="/v1/insights", tags=["insights"])

READERS = (Role.ANALYST, Role.AGENT, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.AUDITOR)
Reader = Annotated[Actor, Depends(allow(*READERS))]
Weigher = Annotated[Actor, Depends(allow(Role.ANALYST, Role.ADMIN))]
Key = tuple[str, str, date | None]
Segment = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
COUNTING = (
    "Complete answers, each cell in blocks of at least five; the latest of a cell may still wait for their block."
)


# async, as every dependency here: a plain function would cost a thread's turn at each request
async def _question(
    sub_process: Annotated[SubProcess | None, Query()] = None,
    segment: Annotated[Segment | None, Query()] = None,
    trigger: Annotated[Trigger | None, Query(description="By default all but follow-ups to cases")] = None,
    driver: Driver | None = None,
    unit: Annotated[UnitPath | None, Query(description="This unit and all below it")] = None,
    period_from: Annotated[Day, Query(alias="from")] = None,
    period_to: Annotated[Day, Query(alias="to")] = None,
) -> Question:
    return Question((), period_from, period_to, sub_process, segment, trigger, driver, unit)


async def _counted(request: Request) -> None:
    runtime = request.app.state.runtime
    await catch_up(runtime.database, runtime.context)


Bounds = Annotated[Question, Depends(_question)]
COUNTED = [Depends(_counted)]
"""For routes that read the grid: what came since is counted first."""


@router.get("/scores", dependencies=COUNTED)
async def get_scores(
    session: ReadSession,
    context: Ctx,
    actor: Reader,
    bounds: Bounds,
    group_by: Annotated[list[Dimension] | None, Query(max_length=4)] = None,
    without_flagged: Annotated[
        bool, Query(description="Beside each score, that of the answers without a flag")
    ] = False,
) -> ScoresOut:
    """Mean, CSAT, NPS and CES with their intervals per cell, about service in the period; small cells are withheld.

    Without ``driver`` and without grouping by it, the score is the overall one. Grouping by unit gives the units
    right below the one asked for.
    """
    question = replace(bounds, group_by=list(dict.fromkeys(group_by or [])))
    unit, cells = await service.answer(session, question, actor=actor)
    items = [CellOut(**_named(question, cell), **figures(cell.score, cell.nps, cell.ces)) for cell in cells]
    if without_flagged:
        found = await _unflagged(session, question, unit)
        for cell, item in zip(cells, items, strict=True):
            item.without_flagged = _without(cell, found)
    return ScoresOut(parameters=parameters_of(question, unit, context), items=items)


@router.get("/trends", dependencies=COUNTED)
async def get_trends(
    session: ReadSession,
    context: Ctx,
    actor: Reader,
    bounds: Bounds,
    grain: Grain = "week",
    figure: Shown = "mean",
) -> TrendOut:
    """One figure by day, week or month, and where its level changed."""
    question = replace(bounds, group_by=[grain])
    unit, cells = await service.answer(session, question, actor=actor)
    points = [TrendPoint(period=cell.bucket, figure=_figure(cell, figure)) for cell in cells if cell.bucket]
    known = [(cell.bucket, point) for cell in cells if cell.bucket and (point := _point(cell, figure))]
    found = [ChangeOut(period=known[one.place][0], before=one.before, after=one.after) for one in _changes(known)]
    few = len(known) < FEWEST
    return TrendOut(
        parameters=parameters_of(question, unit, context),
        figure=figure,
        points=points,
        changes=None if few else found,
        method=METHOD,
        reason=f"Change points need at least {FEWEST} periods with figures; there are {len(known)}." if few else None,
    )


@router.get("/index", dependencies=COUNTED)
async def get_index(
    session: ReadSession,
    context: Ctx,
    actor: Reader,
    bounds: Bounds,
    weights: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="By default the newest version")] = None,
) -> IndexOut:
    """The satisfaction index on 0..100, in the form of the ACSI, by weights that are versioned data."""
    question = replace(bounds, driver=None)
    version = await service.latest_weights(session, weights)
    unit, cells = await service.answer(session, replace(question, group_by=["driver"]), actor=actor)
    by_driver = {cell.driver: cell for cell in cells}
    given = [IndicatorIn(**one) for one in version.indicators] if version else []
    found = [_measured(one, by_driver) for one in given]
    return IndexOut(
        parameters=parameters_of(question, unit, context),
        weights_version=version.version if version else None,
        figure=_index(given, found),
        indicators=[_indicator(one, sums) for one, sums in zip(given, found, strict=True)],
    )


@router.post("/index-weights", status_code=status.HTTP_201_CREATED)
async def post_index_weights(given: WeightsIn, session: WriteSession, context: Ctx, actor: Weigher) -> WeightsOut:
    """Sets the next version; earlier ones stay, so that each index can be computed again."""
    indicators = [one.model_dump() for one in given.indicators]
    made = await service.set_weights(session, indicators, given.document, context=context, actor=actor)
    return WeightsOut.model_validate(made, from_attributes=True)


@router.get("/sample-size")
async def get_sample_size(
    _: Reader,
    population: Annotated[int, Query(ge=1, le=10**9)],
    margin: Annotated[float, Query(gt=0, lt=1)],
    share: Annotated[float, Query(gt=0, lt=1)] = 0.5,
    confidence: Annotated[float, Query(gt=0, lt=1)] = 0.95,
) -> SampleSizeOut:
    """Answers needed to know a share of a finite population to within the margin."""
    n = sample_size(population, margin, share=share, confidence=confidence)
    return SampleSizeOut(n=n, population=population, margin=margin, share=share, confidence=confidence, formula=SIZE)


def parameters_of(question: Question, unit: str, context: Context) -> Parameters:
    """What the answer was asked for, as it is printed with it."""
    asked = asdict(question) | {"trigger": question.trigger or "all but case_closed", "unit": unit}
    zone = settings_of(context).time_zone
    return Parameters(time_zone=zone, smallest_shown=SMALLEST_SHOWN, counting=COUNTING, **asked)


def _named(question: Question, cell: CellFound) -> dict[str, Any]:
    """The dimensions that were grouped by."""
    named: dict[str, Any] = {}
    for name in question.group_by:
        value = {"unit": cell.unit, "driver": cell.driver or None}.get(name, cell.bucket)
        named[name] = cell.member or None if name in TOPICS else value
    return named


async def _unflagged(session: AsyncSession, question: Question, unit: str) -> Mapping[Key, Sums | None]:
    topic, member = question.topic
    below, period = "unit" in question.group_by, question.period
    asked = Asked(unit, below=below, topic=topic, member=member, grain=question.grain, period=period)
    found = await read_unflagged(session, asked, most=service.MOST_CELLS)
    return {(place.unit, place.member, place.bucket): sums for place, sums in found.items()}


def _without(cell: CellFound, found: Mapping[Key, Sums | None]) -> UnflaggedOut:
    if cell.driver:
        return UnflaggedOut(**not_overall())
    return UnflaggedOut(**figures_of(found.get((cell.unit, cell.member, cell.bucket), Sums()) if cell.score else None))


def _figure(cell: CellFound, name: Shown) -> FigureOut:
    return FigureOut(**cell_figure(name, getattr(cell, measure_of(name))))


def _point(cell: CellFound, name: Shown) -> Point | None:
    """The figure with the variance of one respondent, None where it is withheld or nobody answered."""
    sums: Sums | None = getattr(cell, measure_of(name))
    if sums is None or sums.n < SMALLEST_SHOWN:
        return None
    if name in {"mean", "ces"}:
        scores = moments_of(sums)
        return Point(scores.mean, scores.n, scores.variance)
    good, bad = sums.favourable / sums.n, (sums.unfavourable / sums.n if name == "nps" else 0.0)
    return Point(100 * (good - bad), sums.n, 10_000 * (good + bad - (good - bad) ** 2))


def _changes(known: list[tuple[date, Point]]) -> Any:
    return changes([point for _, point in known])


def _measured(one: IndicatorIn, cells: dict[str, CellFound]) -> Sums | None:
    """What an indicator's answers come to; None where they are withheld."""
    cell = cells.get(one.driver or "" if one.measure == "score" else "")
    found: Sums | None = getattr(cell, one.measure) if cell else Sums()
    return found


def _indicator(one: IndicatorIn, sums: Sums | None) -> IndicatorOut:
    least, most = one.scale
    mean = sums.total / sums.n if sums and sums.n else None
    n = sums.n if sums else None
    return IndicatorOut(
        measure=one.measure, driver=one.driver, weight=one.weight, least=least, most=most, mean=mean, n=n
    )


def _index(given: list[IndicatorIn], found: list[Sums | None]) -> FigureOut:
    hidden = {"formula": INDEX, "confidence": CONFIDENCE, **HIDDEN}
    if not given:
        return FigureOut(**hidden | {"reason": "No weights are set: POST /v1/insights/index-weights."})
    if any(sums is None for sums in found):
        return FigureOut(**hidden)
    scores = [moments_of(sums) for sums in found if sums is not None]
    return FigureOut(**asdict(satisfaction_index([one.indicator for one in given], scores)))
