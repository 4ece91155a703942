"""Gathers answers for an analysis, and keeps what it came to."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import FromClause, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.db import Database
from kit.db.rows import RowsStatement, run, run_rows, run_waiting
from kit.errors import Invalid, NotFound
from survey.analyses.models import Analysis, AnalysisMember, AnalysisReach
from survey.analyses.schemas import EXPERIENCES, AnalysisIn
from survey.insights.models import OVERALL
from survey.settings import settings_of

if TYPE_CHECKING:
    from survey.analyses.blocks import Block
    from survey.analyses.study import Answers

AT_ONCE = 20_000
BLOCKS_AT_ONCE = 2000
MOST = 1_000_000
NOBODY = UUID(int=0)
PATIENCE = timedelta(days=7)
LOOK_THROUGH = timedelta(days=30)
MARGIN = timedelta(hours=1)
_ONE_ASSIGNER = 0x6F1E


class AnalysisNotFound(NotFound):
    code = "analysis_not_found"


class TooManyAnswers(Invalid):
    code, title = "too_many_answers", "The analysis has too many answers"


# By chunks of the primary key, each its own transaction; HAVING is the listwise deletion.
_GATHER = """
WITH whole AS (
    SELECT response_id, block, min(unit) AS unit, min(occurred_at) AS occurred_at, count(*) AS answered,
        array_agg(value ORDER BY driver) AS scores
    FROM score JOIN analysis_member USING (response_id)
    WHERE response_id > :after AND driver = ANY(:items) AND starts_with(unit, :unit)
        AND CASE WHEN CAST(:trigger AS text) IS NULL THEN "trigger" <> 'case_closed' ELSE "trigger" = :trigger END
        AND (CAST(:sub_process AS text) IS NULL OR sub_process = :sub_process)
        AND (CAST(:first AS date) IS NULL OR (occurred_at AT TIME ZONE :zone)::date >= :first)
        AND (CAST(:last AS date) IS NULL OR (occurred_at AT TIME ZONE :zone)::date <= :last)
    GROUP BY response_id, block HAVING bool_or(driver = :outcome)
    ORDER BY response_id LIMIT :most
)
SELECT w.response_id, w.block, w.unit, w.answered, w.scores, coalesce(r.segment, a.segment) AS segment,
    {lived} AS lived
FROM whole AS w
    LEFT JOIN response AS r ON r.id = w.response_id
    LEFT JOIN anonymous_response AS a ON a.id = w.response_id {exposures}
ORDER BY w.response_id
"""
_EXPOSURES = """
LEFT JOIN contact AS c ON c.id = r.contact_id
LEFT JOIN LATERAL (
    SELECT coalesce(sum(outage_minutes), 0) / 60 AS outage_hours, coalesce(sum(interruptions), 0) AS interruptions,
        coalesce(sum(momentary), 0) AS momentary, coalesce(sum(dips), 0) AS voltage_dips,
        coalesce(sum(late_stages), 0) AS late_stages,
        coalesce(sum(returned_handovers), 0) AS returned_handovers
    FROM exposure AS e
    WHERE e.account = c.account
        AND e.day <= (w.occurred_at AT TIME ZONE :zone)::date
        AND e.day > (w.occurred_at AT TIME ZONE :zone)::date - CAST(:window AS int)
) AS e ON true
"""


# By pages of all answers, so that each is read in a bounded time, however few are in no block yet.
_PAGE = """
SELECT response_id FROM score WHERE response_id > :after GROUP BY response_id ORDER BY response_id OFFSET :most LIMIT 1
"""
_IN_NONE = "NOT EXISTS (SELECT FROM analysis_member AS m WHERE m.response_id = s.response_id)"
_IN_PAGE = f"""
SELECT DISTINCT response_id FROM score AS s
WHERE response_id > :after AND (CAST(:last AS uuid) IS NULL OR response_id <= :last) AND {_IN_NONE}
"""  # noqa: S608  (own names)
_THESE = f"SELECT response_id FROM unnest(CAST(:ids AS uuid[])) AS s (response_id) WHERE {_IN_NONE}"  # noqa: S608
_LEFT = "SELECT response_id FROM analysis_pending WHERE response_id > :after ORDER BY response_id LIMIT :most"
_RECEIVED = """
SELECT id, received_at FROM response WHERE complete AND (received_at, id) > (:at, :after)
ORDER BY received_at, id LIMIT :most
"""
_RELEASED = "SELECT id FROM anonymous_response WHERE day >= :day AND id > :after ORDER BY id LIMIT :most"
_PENDING = """
SELECT p.response_id, s.*, coalesce(r.segment, a.segment) AS segment, r.contact_id IS NOT NULL AS known
FROM ({these}) AS p
    JOIN LATERAL (
        SELECT min(unit) AS unit, min("trigger") AS "trigger", (min(occurred_at) AT TIME ZONE :zone)::date AS day,
            array_agg(driver || ' ' || coalesce(sub_process, '') ORDER BY driver) AS scored
        FROM score WHERE score.response_id = p.response_id
    ) AS s ON s.unit IS NOT NULL
    LEFT JOIN response AS r ON r.id = p.response_id
    LEFT JOIN anonymous_response AS a ON a.id = p.response_id
ORDER BY p.response_id
"""
_LOOK_AT = f"""
INSERT INTO analysis_pending (response_id)
SELECT DISTINCT response_id FROM score AS s WHERE response_id = ANY($1::uuid[]) AND {_IN_NONE}
ON CONFLICT DO NOTHING
"""  # noqa: S608
_PLACED = "DELETE FROM analysis_pending AS p USING analysis_member AS m WHERE m.response_id = p.response_id"


async def assign(database: Database, context: Context) -> None:
    """Puts answers that came since into blocks, each for ever; those left of places wait a week for others alike.

    It takes as long as there are new answers. Once in a while all are looked through, for one that was missed.
    """
    from survey.analyses.blocks import Pending, alike, merged, without

    begun = context.clock.now()
    async with database.reading() as session:
        reach = await session.get(AnalysisReach, 1)
    whole_at = reach.whole_at if reach and begun - reach.whole_at < LOOK_THROUGH else None
    chunks = _everything(database, context) if reach is None or whole_at is None else _since(database, reach, context)
    left: list[Pending] = []
    again: list[UUID] = []
    members = Members(AnalysisMember.__table__)
    async for chunk in chunks:
        known = {one.id for one in left}
        left += [
            Pending(row.response_id, row.day, row.unit, row.trigger, row.segment, row.known, tuple(row.scored))
            for row in chunk
            if row.response_id not in known
        ]
        blocks = alike(left)
        again += await keep(database, blocks, members)
        left = without(left, blocks)
    long_ago = begun.astimezone(_zone(context)).date() - PATIENCE
    blocks = merged(one for one in left if one.day <= long_ago)
    again += await keep(database, blocks, members)
    async with database.writing() as session:
        await look_at(session, again + [one.id for one in without(left, blocks)])
        await _reach(session, begun, whole_at or begun)


async def look_at(session: AsyncSession, responses: Sequence[UUID]) -> None:
    """The next look for blocks is at these answers too, whenever they were received; those in one stay there."""
    if responses:
        await run_waiting(session)  # their scores may be as new as they
        await run(session, _LOOK_AT, list(responses))


async def _reach(session: AsyncSession, reached: datetime, whole_at: datetime) -> None:
    """Two at once end where the later one is; what was left over stays, what is in a block leaves the list."""
    await run(session, _PLACED)
    setting = insert(AnalysisReach).values(id=1, reached=reached, whole_at=whole_at)
    later = {
        name: func.greatest(getattr(AnalysisReach, name), setting.excluded[name]) for name in ("reached", "whole_at")
    }
    await session.execute(setting.on_conflict_do_update(index_elements=["id"], set_=later))


async def _everything(database: Database, context: Context) -> AsyncIterator[Sequence[Any]]:
    after, statement = NOBODY, text(_PENDING.format(these=_IN_PAGE))
    while True:
        async with database.reading() as session:
            last = await session.scalar(text(_PAGE), {"after": after, "most": AT_ONCE - 1})
            told = {"after": after, "last": last, "zone": _zone(context).key}
            rows = (await session.execute(statement, told)).all()
        yield rows
        if last is None:
            return
        after = last


async def _since(database: Database, reach: AnalysisReach, context: Context) -> AsyncIterator[Sequence[Any]]:
    """Those left before, and what phones sent since: a little more, as answers are not committed in their order."""
    since = reach.reached - MARGIN
    told = {"at": since, "day": since.astimezone(_zone(context)).date(), "most": AT_ONCE}
    statement = text(_PENDING.format(these=_THESE))
    for source in (_LEFT, _RECEIVED, _RELEASED):
        at, more = told | {"after": NOBODY}, True
        while more:
            async with database.reading() as session:
                found = (await session.execute(text(source), at)).all()
                ids = [row[0] for row in found]
                rows = (await session.execute(statement, {"ids": ids, "zone": _zone(context).key})).all()
            yield rows
            if more := len(found) == AT_ONCE:
                at |= {"after": ids[-1]} | ({"at": found[-1].received_at} if source is _RECEIVED else {})


def _zone(context: Context) -> ZoneInfo:
    return ZoneInfo(settings_of(context).time_zone)


@dataclass(frozen=True)
class Members:
    """A table of members of blocks: ``response_id``, ``block``, ``place``."""

    table: FromClause

    @cached_property
    def adding(self) -> RowsStatement:
        return RowsStatement(self.table, ["response_id", "block", "place"])

    async def among(self, session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
        """Those of these answers that are in a block."""
        wanted = select(self.table.c.response_id).where(self.table.c.response_id == func.any(list(ids)))
        return set(await session.scalars(wanted))


async def keep(database: Database, blocks: Sequence["Block"], members: Members) -> list[UUID]:
    """Stores blocks in short transactions; gives the answers of those that it leaves out.

    Such a block has an answer that another worker took meanwhile.
    """
    left_out: list[UUID] = []
    for first in range(0, len(blocks), BLOCKS_AT_ONCE):
        async with database.writing() as session:
            left_out += await _keep_some(session, blocks[first : first + BLOCKS_AT_ONCE], members)
    return left_out


async def _keep_some(session: AsyncSession, blocks: Sequence["Block"], members: Members) -> list[UUID]:
    """One worker at a time: a block is of five or is not."""
    await run(session, "SELECT pg_advisory_xact_lock($1)", _ONE_ASSIGNER)
    gone = await members.among(session, [one.id for block in blocks for one in block])
    named = [(uuid4(), block) for block in blocks if not gone.intersection(one.id for one in block)]
    rows = [
        {"response_id": one.id, "block": name, "place": place}
        for name, block in named
        for place, one in enumerate(block)
    ]
    if rows:
        await run_rows(session, members.adding, rows)
    taken = {id(block) for _, block in named}
    return [one.id for block in blocks if id(block) not in taken for one in block]


async def gather(database: Database, asked: AnalysisIn, unit: str, context: Context) -> "Answers":
    """The answers needed, in whole blocks, ordered by response; raises TooManyAnswers above a million."""
    import numpy as np

    from survey.analyses.study import Gathered, answers_of

    outcome = asked.outcome or OVERALL
    said = [] if asked.kind == "raking" else list(asked.drivers)
    items = sorted([*said, outcome])
    lived = [name for name in asked.predictors if name in EXPERIENCES]
    order = [items.index(name) for name in said]
    gathered = Gathered(len(asked.predictors) + 1)
    async for chunk in _chunks(database, asked, unit, items, lived, context):
        fits = [row.answered == len(items) and (not lived or row.lived is not None) for row in chunk]
        rows = [row for row, fit in zip(chunk, fits, strict=True) if fit]
        scores = np.array([row.scores for row in rows], dtype=np.float64).reshape(len(rows), len(items))
        more = np.array([row.lived or () for row in rows], dtype=np.float64).reshape(len(rows), len(lived))
        matrix = np.column_stack([scores[:, order], more, scores[:, items.index(outcome)]])
        gathered.add([row.response_id for row in chunk], [row.block for row in chunk], fits, matrix)
        gathered.categories["segment"] += [row.segment or "" for row in rows]
        gathered.categories["unit"] += [row.unit for row in rows]
    return answers_of(gathered, asked.predictors, {str(name): margin for name, margin in asked.margins.items()})


async def _chunks(
    database: Database, asked: AnalysisIn, unit: str, items: list[str], lived: Sequence[str], context: Context
) -> AsyncIterator[Sequence[Any]]:
    columns = ", ".join(f"e.{name}" for name in lived)
    array = f"CASE WHEN c.account IS NULL THEN NULL ELSE ARRAY[{columns}]::double precision[] END"
    statement = text(
        _GATHER.format(lived=array if lived else "NULL::double precision[]", exposures=_EXPOSURES if lived else "")
    )
    told = {
        "items": items,
        "outcome": asked.outcome or OVERALL,
        "unit": unit,
        "trigger": asked.trigger,
        "sub_process": asked.sub_process,
        "first": asked.period_from,
        "last": asked.period_to,
        "zone": settings_of(context).time_zone,
        "most": AT_ONCE,
    } | ({"window": asked.window_days} if lived else {})
    after, seen = NOBODY, 0
    while True:
        async with database.reading() as session:
            rows = (await session.execute(statement, told | {"after": after})).all()
        yield rows
        seen += len(rows)
        if seen > MOST:
            raise TooManyAnswers(f"More than {MOST} answers: narrow the period.")
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].response_id


async def store(session: AsyncSession, row: dict[str, Any]) -> None:
    """Once per job: one whose worker died after storing finds it there."""
    await session.execute(insert(Analysis).values(row).on_conflict_do_nothing())


async def find(session: AsyncSession, analysis_id: UUID, *, actor: Actor) -> Analysis:
    """Raises AnalysisNotFound, also for those of units that the actor does not see."""
    found: Analysis | None = await session.scalar(actor.scope(select(Analysis).where(Analysis.id == analysis_id)))
    if found is None:
        raise AnalysisNotFound(f"There is no analysis {analysis_id}.")
    return found
