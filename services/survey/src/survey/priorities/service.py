"""Reads what is known of needs from the published grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.errors import Invalid
from survey.insights.needs import MEASURES
from survey.insights.service import unit_for
from survey.needs.models import Need
from survey.published.disclosure import Sums
from survey.published.places import Period, Topic
from survey.published.service import ANY_DAY, Asked, fold, read

MOST_CELLS = 10_000
Known = Mapping[tuple[str, str], Sums | None]
"""Sums by need and measure; None where they are withheld."""


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
