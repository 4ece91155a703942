"""Writes scores with the answers they come from, and answers questions from the published grid alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.db.rows import RowsStatement, run_later
from kit.errors import Conflict, Invalid, NotFound
from survey.insights.grid import Fact, entries_as_json, scores_as_json
from survey.insights.models import OVERALL, IndexWeights
from survey.insights.questions import OutsideGrid, Question
from survey.published.disclosure import Place, Sums
from survey.published.models import Tally
from survey.published.service import Asked, Shown, read

MOST_CELLS = 1000
MEASURES = ("score", "nps", "ces")

# An answer's scores come as one JSON: their columns as arrays cost the sender more than reading them costs here.
NEW_SCORES = """
    INSERT INTO score (response_id, driver, unit, sub_process, teams, trigger, occurred_at, value)
    SELECT fact.response_id, one.driver, fact.unit, one.sub_process, one.teams, fact.trigger, fact.occurred_at,
           one.value
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])
             AS fact (response_id, unit, trigger, occurred_at, scores),
         json_to_recordset(fact.scores::json) AS one (driver text, sub_process text, teams jsonb, value float8)
"""
NEW_TALLIES = RowsStatement(
    Tally.__table__, [column.name for column in Tally.__table__.columns if column.name != "position"]
)


class TooManyCells(Invalid):
    code, title = "too_many_cells", "The question has too many cells"


class NotInGrid(Invalid):
    code, title = "not_in_grid", "The published grid has no such cells"


class ForeignUnit(NotFound):
    code = "unit_not_found"


class VersionTaken(Conflict):
    code, title = "version_taken", "Somebody else set weights meanwhile"


@dataclass(frozen=True, slots=True)
class CellFound:
    """A cell by its dimensions; a measure that is None is withheld, one without answers has n 0."""

    unit: str
    member: str
    driver: str
    bucket: date | None
    score: Sums | None
    nps: Sums | None
    ces: Sums | None


def store_scores(session: AsyncSession, facts: Sequence[Fact]) -> None:
    """One row per scored item, in the order of the keys; written at the transaction's end."""
    scored = sorted((fact for fact in facts if fact.scores), key=lambda fact: fact.response_id)
    if scored:
        places = (
            [getattr(fact, name) for fact in scored] for name in ("response_id", "unit", "trigger", "occurred_at")
        )
        run_later(session, NEW_SCORES, *places, [scores_as_json(fact) for fact in scored])


def add_up(session: AsyncSession, facts: Sequence[Fact], zone: ZoneInfo) -> None:
    """One new row per answer, to be folded into the grid: it waits for no other transaction's row.

    ``zone`` is that of the company's local days.
    """
    rows = [
        {
            "day": fact.occurred_at.astimezone(zone).date(),
            "unit": fact.unit,
            "segment": fact.segment,
            "trigger": fact.trigger,
            "entries": found,
        }
        for fact in facts
        if (found := entries_as_json(fact))
    ]
    if rows:
        run_later(session, NEW_TALLIES.sql, *NEW_TALLIES.columns(rows))


async def answer(session: AsyncSession, question: Question, *, actor: Actor) -> tuple[str, list[CellFound]]:
    """The unit answered for, and its cells in the order of their dimensions; one cell where nothing is grouped.

    Raises NotInGrid, ForeignUnit, and TooManyCells above a thousand.
    """
    asked = _asked(question, actor)
    shown = await read(session, asked, most=MOST_CELLS)
    found = _joined(shown, asked)
    if not found and not question.group_by:
        found = [CellFound(asked.unit, asked.member or "", asked.driver or "", None, Sums(), Sums(), Sums())]
    if len(found) > MOST_CELLS:
        raise TooManyCells(f"More than {MOST_CELLS} cells: narrow the period or group by fewer dimensions.")
    return asked.unit, found


def unit_for(actor: Actor, unit: str | None) -> str:
    """The unit asked for as far as the actor sees it; raises ForeignUnit for one beside his own."""
    if unit is None or actor.unit.startswith(unit):
        return actor.unit
    if not actor.covers(unit):
        raise ForeignUnit(f"There is no unit {unit} among those you see; yours is {actor.unit}.")
    return unit


async def latest_weights(session: AsyncSession, version: int | None = None) -> IndexWeights | None:
    """This version, or the newest."""
    statement = select(IndexWeights).order_by(IndexWeights.version.desc()).limit(1)
    if version is not None:
        statement = statement.where(IndexWeights.version == version)
    found: IndexWeights | None = await session.scalar(statement)
    return found


async def set_weights(
    session: AsyncSession, indicators: list[dict[str, Any]], document: str, *, context: Context, actor: Actor
) -> IndexWeights:
    """Stores the next version; raises VersionTaken."""
    newest = await latest_weights(session)
    row = {
        "version": newest.version + 1 if newest else 1,
        "indicators": indicators,
        "document": document,
        "set_by": actor.subject,
        "set_at": context.clock.now(),
    }
    stored = insert(IndexWeights).values(row).on_conflict_do_nothing().returning(IndexWeights)
    made: IndexWeights | None = await session.scalar(stored)
    if made is None:
        raise VersionTaken(f"Version {row['version']} was set by another; look at it before you set yours.")
    return made


def _asked(question: Question, actor: Actor) -> Asked:
    try:
        topic, member = question.topic
        grain = question.grain
    except OutsideGrid as fault:
        raise NotInGrid(str(fault)) from fault
    driver = question.driver if question.driver or "driver" in question.group_by else OVERALL
    return Asked(
        unit=unit_for(actor, question.unit),
        below="unit" in question.group_by,
        topic=topic,
        member=member,
        measures=MEASURES,
        driver=driver,
        grain=grain,
        period=question.period,
    )


def _joined(shown: Shown, asked: Asked) -> list[CellFound]:
    """The measures of each cell side by side; recommendation and effort stand beside the driver that was asked for."""
    beside = asked.driver or ""
    keys: dict[tuple[Any, ...], dict[str, Sums | None]] = {}
    for place, sums in _all(shown).items():
        driver = place.driver if place.measure == "score" else beside
        keys.setdefault((place.unit, place.member, driver, place.bucket), {})[place.measure] = sums
    ordered = sorted(keys, key=lambda key: (*key[:3], key[3] or date.min))
    return [CellFound(*key, *(keys[key].get(name, Sums()) for name in MEASURES)) for key in ordered]


def _all(shown: Shown) -> Mapping[Place, Sums | None]:
    return {**shown.cells, **dict.fromkeys(shown.withheld)}
