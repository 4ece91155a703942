"""``/v1/needs/ranking``: which needs deserve work first."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from kit.auth import Actor, Role, allow
from kit.context import Context
from kit.db import WriteSession
from kit.http import Ctx
from survey.analyses.models import Analysis
from survey.contacts.schemas import Segment, UnitPath
from survey.insights.cells import HIDDEN, REASON
from survey.insights.figures import Figure
from survey.insights.schemas import FigureOut
from survey.needs.models import Need
from survey.priorities import service
from survey.priorities.categories import RULE, SMALL_SAMPLE
from survey.priorities.ranking import FORMULA, ORDER, Importance, ranked
from survey.priorities.schemas import (
    AnalysisUsed,
    ImportanceOut,
    KanoOut,
    RankedNeed,
    Ranking,
    RankingParameters,
    RankingsOut,
)
from survey.priorities.service import Known, RankingQuestion
from survey.priorities.standings import Found, standing
from survey.published.disclosure import SMALLEST_SHOWN
from survey.published.places import Period
from survey.settings import settings_of

router = APIRouter(prefix="/v1/needs", tags=["needs"])

Reader = Annotated[
    Actor, Depends(allow(Role.ANALYST, Role.AGENT, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.AUDITOR))
]
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
COUNTING = (
    "Complete answers but follow-ups to cases, one per respondent and need (the mean of the items about it), in blocks "
    "of at least five; the latest may still wait for their block."
)


@router.get("/ranking")
async def rank_needs(
    session: WriteSession,
    context: Ctx,
    actor: Reader,
    segment: Annotated[Segment | None, Query()] = None,
    unit: Annotated[UnitPath | None, Query(description="This unit and all below it")] = None,
    period_from: Annotated[Day, Query(alias="from")] = None,
    period_to: Annotated[Day, Query(alias="to")] = None,
    by_segment: Annotated[bool, Query(description="A ranking for each segment beside that of all")] = False,
    analysis: Annotated[UUID | None, Query(description="Importance out of this driver analysis, where it says")] = None,
) -> RankingsOut:
    """Needs by Kano category, importance and performance; active ones, and retired ones that answers speak of."""
    question = RankingQuestion(unit, segment, by_segment, Period(period_from, period_to))
    answered_for, found = await service.known(session, question, context=context, actor=actor)
    used, weights = await service.analysed(session, analysis, actor=actor) if analysis else (None, {})
    register = await service.needs(session)
    rankings = [Ranking(segment=name, items=_ranked(register, known, weights)) for name, known in found.items()]
    return RankingsOut(parameters=_parameters(question, answered_for, used, context), rankings=rankings)


def _ranked(register: Sequence[Need], known: Known, analysed: Mapping[str, Importance]) -> list[RankedNeed]:
    spoken_of = {need for need, _ in known}
    rows = {row.code: row for row in register if row.state == "active" or row.code in spoken_of}
    found = {code: standing(code, known, analysed) for code in rows}
    order = ranked([one.standing for one in found.values()])
    return [_shown(rank, rows[one.code], found[one.code]) for rank, one in enumerate(order, 1)]


def _shown(rank: int, need: Need, found: Found) -> RankedNeed:
    one, hidden = found.standing, found.hidden
    lacking = one.opportunity is None
    return RankedNeed(
        rank=rank,
        code=need.code,
        name=need.definition["name"],
        state=need.state,
        kano=_kano(found),
        importance=ImportanceOut(**asdict(one.importance)),
        stated=_figure(found.stated, hide="importance" in hidden),
        performance=_figure(one.performance, hide="need" in hidden),
        opportunity=one.opportunity,
        reason="Importance or performance is not known: see their reasons." if lacking else None,
    )


def _kano(found: Found) -> KanoOut:
    kano, hide = found.kano, bool({"kano", "kano_split"} & found.hidden)
    return KanoOut(
        n=None if hide else kano.n,
        counts=None if hide else dict(kano.counts),
        category=kano.category,
        tied=list(kano.tied),
        clear=kano.clear if kano.n else None,
        better=_figure(kano.better, hide=hide),
        worse=_figure(kano.worse, hide=hide),
        caveats=[REASON] if hide else list(kano.caveats),
        rule=RULE,
    )


def _figure(figure: Figure, *, hide: bool) -> FigureOut:
    return FigureOut(**asdict(figure) | (HIDDEN if hide else {}))


def _parameters(question: RankingQuestion, unit: str, used: Analysis | None, context: Context) -> RankingParameters:
    return RankingParameters(
        time_zone=settings_of(context).time_zone,
        unit=unit,
        segment=question.segment,
        period_from=question.period.first,
        period_to=question.period.last,
        smallest_shown=SMALLEST_SHOWN,
        small_sample=SMALL_SAMPLE,
        order=[name or "not_classed" for name in ORDER],
        formula=FORMULA,
        counting=COUNTING,
        analysis=AnalysisUsed.model_validate(used, from_attributes=True) if used else None,
    )
