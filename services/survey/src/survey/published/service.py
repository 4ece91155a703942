"""Folds answers into the published grid, and reads cells of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, cast, func, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Date

from kit.context import Context
from kit.db import Database
from kit.db.faults import passes
from kit.telemetry.logs import logger
from survey.published import folding
from survey.published.disclosure import Place, Sums, beside, containing, withheld
from survey.published.models import Cell, Tally, Waiting
from survey.published.places import Grain, Period, Topic, above, parent_of
from survey.settings import settings_of

ANY_DAY = Period()
AT_ONCE = 2000
PLACES_AT_ONCE = 10_000
BACKLOG = 20_000
PAUSE = 5.0
_ONE_FOLDER = 0x6F1D
log = logger("survey.published")


@dataclass(frozen=True, slots=True)
class Asked:
    """Cells of ``unit``, or of the units right below it; of one member of a topic, or of all where it is None.

    ``driver`` bounds the scores, None to all of them. ``grain`` None sums the period up.
    """

    unit: str
    below: bool = False
    topic: Topic = ""
    member: str | None = ""
    measures: tuple[str, ...] = ("score",)
    driver: str | None = ""
    grain: Grain | None = None
    period: Period = ANY_DAY


@dataclass(frozen=True, slots=True)
class Shown:
    """The cells that may be shown, and those that exist and may not."""

    cells: Mapping[Place, Sums]
    withheld: frozenset[Place]


async def fold(session: AsyncSession, context: Context) -> bool:
    """Counts answers that came since; False when more is left than one transaction should take.

    One folder at a time: its locks are nobody else's.
    """
    today = context.clock.now().astimezone(ZoneInfo(settings_of(context).time_zone)).date()
    monday = today - timedelta(days=today.weekday())
    work = select(literal(True)).where(text(f"({folding.WORK})").bindparams(today=today, monday=monday))
    if not await session.scalar(work):
        return True
    await session.execute(select(func.pg_advisory_xact_lock(_ONE_FOLDER)))
    await session.execute(text(folding.TAKE), {"most": AT_ONCE})
    await session.execute(text(folding.RELEASE_DAYS))
    for looked, statement, before in ((0, folding.RELEASE_WEEKS, today), (1, folding.RELEASE_RUNS, monday)):
        await session.execute(text(statement), {"looked": looked, "before": before, "most": PLACES_AT_ONCE})
    return not await session.scalar(work)


async def catch_up(database: Database, context: Context) -> None:
    """Folds all that waits, each chunk in a transaction of its own: before a reader reads."""
    while True:
        async with database.writing() as session:
            if await fold(session, context):
                return


class FoldLoop:
    """Keeps the backlog short where nobody reads: below ``BACKLOG`` answers the next reader counts them."""

    def __init__(self, database: Database, context: Context) -> None:
        self.database = database
        self.context = context

    async def run(self) -> None:
        while True:
            try:
                while await self.fold_some():
                    pass
            except Exception as fault:
                if not passes(fault):
                    log.exception("folding failed")
            await asyncio.sleep(PAUSE)

    async def fold_some(self) -> bool:
        """Whether there was a backlog."""
        async with self.database.writing() as session:
            many = await session.scalar(select(Tally.position).order_by(Tally.position).offset(BACKLOG).limit(1))
            if many is not None:
                await fold(session, self.context)
        return many is not None


async def read(session: AsyncSession, asked: Asked, *, most: int) -> Shown:
    """At most ``most`` + 1 cells, in no order; those that a difference would tell of are withheld."""
    cells = await _cells(session, asked, most=most)
    around = await _around(session, asked, cells, most)
    hidden = withheld(cells, around)
    waiting = await _waiting(session, asked, most=most)
    return Shown({p: s for p, s in cells.items() if p not in hidden}, frozenset(hidden | (waiting - cells.keys())))


async def read_unflagged(session: AsyncSession, asked: Asked, *, most: int) -> Mapping[Place, Sums | None]:
    """The overall scores of answers without a flag by the places of the scores beside them; None where withheld."""
    shown = await read(session, replace(asked, measures=("score", "unflagged"), driver=""), most=most)
    known = {place for place in {*shown.cells, *shown.withheld} if place.measure == "unflagged"}
    beside_them = {place: place._replace(measure="score") for place in known}
    return {score: beside(shown.cells.get(score), shown.cells.get(place)) for place, score in beside_them.items()}


async def _cells(session: AsyncSession, asked: Asked, *, most: int) -> dict[Place, Sums]:
    bucket = _bucket(asked.grain, Cell.first) if asked.grain else literal(None, Date)
    names = (Cell.unit, Cell.member, Cell.measure, Cell.driver, bucket.label("bucket"))
    sums = [func.sum(getattr(Cell, name)) for name in folding.SUMS]
    statement = _of(select(*names, *sums), Cell, asked).where(_when(asked)).limit(most + 1)
    rows = await session.execute(statement.group_by(*names[:4], text("bucket")))
    return {
        Place(row[0], asked.topic, *row[1:5]): Sums(int(row[5]), row[6], row[7], int(row[8]), int(row[9]))
        for row in rows
    }


async def _around(session: AsyncSession, asked: Asked, cells: Mapping[Place, Sums], most: int) -> dict[Place, Sums]:
    """The cells of the same time that contain those asked for: cells of other times hold whole blocks of theirs."""
    wanted = {(one.unit, one.topic) for place in cells for one in containing(place)}
    found: dict[Place, Sums] = {}
    for topic in {topic for _, topic in wanted}:
        member = asked.member if topic else ""
        for unit in [*above(asked.unit), asked.unit]:
            if (unit, topic) in wanted:
                other = replace(asked, unit=unit, below=False, topic=topic, member=member)
                found |= await _cells(session, other, most=most)
        if asked.below and asked.topic and not topic:
            found |= await _cells(session, replace(asked, topic="", member=""), most=most)
    return found


async def _waiting(session: AsyncSession, asked: Asked, *, most: int) -> set[Place]:
    """Cells with answers that are still too few: they are said to be withheld, not empty."""
    bucket = _bucket(asked.grain, Waiting.day) if asked.grain else literal(None, Date)
    names = (Waiting.unit, Waiting.member, Waiting.measure, Waiting.driver, bucket)
    statement = _of(select(*names).where(_within(Waiting.day, asked.period)), Waiting, asked)
    rows = await session.execute(statement.distinct().limit(most + 1))
    return {Place(row[0], asked.topic, *row[1:]) for row in rows}


def _of(statement: Any, table: type[Cell] | type[Waiting], asked: Asked) -> Any:
    parent = asked.unit if asked.below else parent_of(asked.unit)
    statement = statement.where(table.parent == parent, table.topic == asked.topic, _measured(table, asked))
    if not asked.below:
        statement = statement.where(table.unit == asked.unit)
    return statement if asked.member is None else statement.where(table.member == asked.member)


def _measured(table: type[Cell] | type[Waiting], asked: Asked) -> ColumnElement[bool]:
    measures = table.measure.in_(asked.measures)
    if asked.driver is None:
        return measures
    if not asked.driver:
        return measures & (table.driver == "")
    others = measures & (table.measure != "score") & (table.driver == "")
    return or_((table.measure == "score") & (table.driver == asked.driver), others)


def _when(asked: Asked) -> ColumnElement[bool]:
    """Which rows add up to the cells: whole blocks within the period, and within the bucket where there is a grain."""
    period = asked.period
    blocks = Cell.grain.in_(["day", "run"]) & _within(Cell.first, period) & _within(Cell.last, period)
    if asked.grain is None:
        return Cell.grain == "all" if period.is_open else _months_and_edges(period, blocks)
    if asked.grain == "month" and period.is_open:
        return Cell.grain == "month"
    if asked.grain == "day":
        return (Cell.grain == "day") & _within(Cell.first, period)
    return blocks & (_bucket(asked.grain, Cell.first) == _bucket(asked.grain, Cell.last))


def _months_and_edges(period: Period, blocks: ColumnElement[bool]) -> ColumnElement[bool]:
    begin, end = period.whole_months
    months = and_(Cell.grain == "month", Cell.first >= begin, Cell.first < end)
    one_month = func.date_trunc("month", Cell.first) == func.date_trunc("month", Cell.last)
    counted = and_(one_month, Cell.first >= begin, Cell.first < end)
    return or_(months, blocks & ~counted)


def _within(day: Any, period: Period) -> ColumnElement[bool]:
    bounds = [literal(True)]
    if period.first is not None:
        bounds.append(day >= period.first)
    if period.last is not None:
        bounds.append(day <= period.last)
    return and_(*bounds)


def _bucket(grain: Grain, day: Any) -> ColumnElement[date]:
    return day if grain == "day" else cast(func.date_trunc(grain, day), Date)
