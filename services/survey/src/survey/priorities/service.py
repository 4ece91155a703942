"""Reads what is known of needs from the published grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.errors import Invalid
from survey.analyses.models import Analysis
from survey.analyses.service import find
from survey.insights.needs import MEASURES
from survey.insights.service import unit_for
from survey.needs.models import Need
from survey.priorities.derived import FORMULA as DERIVED
from survey.priorities.derived import derived, pairs
from survey.priorities.ranking import Importance
from survey.published.disclosure import Sums
from survey.published.places import Period, Topic
from survey.published.service import ANY_DAY, Asked, fold, read
from survey.questionnaires.service import published

MOST_CELLS = 10_000
Known = Mapping[tuple[str, str], Sums | None]
"""Sums by need and measure; None where they are withheld."""


class NoDriverAnalysis(Invalid):
    code, title = "no_driver_analysis", "The analysis says nothing of drivers"


class TooManySegments(Invalid):
    code, title = "too_many_segments", "The ranking has too many cells"


@dataclass(frozen=True, slots=True)
class RankingQuestion:
    """None bounds nothing; ``by_segment`` asks for each segment beside the whole."""

    unit: str | None = None
    segment: str | None = None
    by_segment: bool = False
    period: Period = ANY_DAY


async def known(
    session: AsyncSession, question: RankingQuestion, *, context: Context, actor: Actor
) -> tuple[str, dict[str | None, Known]]:
    """The unit answered for, and what is known by segment, None for all customers; raises ForeignUnit."""
    await fold(session, context)
    unit = unit_for(actor, question.unit)
    if question.segment is not None:
        found = await _cells(session, unit, "segment", question.segment, question.period)
        return unit, {question.segment: found.get(question.segment, {})}
    whole: dict[str | None, Known] = {None: (await _cells(session, unit, "", "", question.period)).get("", {})}
    if question.by_segment:
        segments = await _cells(session, unit, "segment", None, question.period)
        whole |= {segment: segments[segment] for segment in sorted(segments)}
    return unit, whole


async def analysed(session: AsyncSession, analysis_id: UUID, *, actor: Actor) -> tuple[Analysis, dict[str, Importance]]:
    """A driver analysis and the importance by need that it gives; raises AnalysisNotFound, NoDriverAnalysis."""
    found = await find(session, analysis_id, actor=actor)
    drivers = (found.result or {}).get("drivers")
    if drivers is None:
        raise NoDriverAnalysis(f"The analysis {analysis_id} has no shares of drivers: name one that has.")
    shares = {row["name"]: row["share_of_r_squared"] or 0.0 for row in drivers}
    values = derived(shares, pairs(await published(session)))
    return found, {need: Importance(value, "drivers", found.n, DERIVED) for need, value in values.items()}


async def needs(session: AsyncSession) -> Sequence[Need]:
    """The whole register, by code."""
    return (await session.scalars(select(Need).order_by(Need.code))).all()


async def _cells(
    session: AsyncSession, unit: str, topic: Topic, member: str | None, period: Period
) -> dict[str, dict[tuple[str, str], Sums | None]]:
    asked = Asked(unit, topic=topic, member=member, measures=MEASURES, driver=None, period=period)
    shown = await read(session, asked, most=MOST_CELLS)
    cells: dict[str, dict[tuple[str, str], Sums | None]] = {}
    for place, sums in {**shown.cells, **dict.fromkeys(shown.withheld)}.items():
        cells.setdefault(place.member, {})[place.driver, place.measure] = sums
    if sum(map(len, cells.values())) > MOST_CELLS:
        raise TooManySegments(f"More than {MOST_CELLS} cells: ask for one segment, or for a narrower unit.")
    return cells
