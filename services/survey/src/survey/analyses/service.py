"""Gathers answers for an analysis, and keeps what it came to."""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.db import Database
from kit.errors import Invalid, NotFound
from survey.analyses.models import Analysis
from survey.analyses.schemas import EXPERIENCES, AnalysisIn
from survey.insights.models import OVERALL
from survey.settings import settings_of

AT_ONCE = 20_000
MOST = 1_000_000
NOBODY = UUID(int=0)


class AnalysisNotFound(NotFound):
    code = "analysis_not_found"


class TooManyAnswers(Invalid):
    code, title = "too_many_answers", "The analysis has too many answers"


# By chunks of the primary key, each its own transaction; HAVING is the listwise deletion.
_GATHER = """
WITH whole AS (
    SELECT response_id, min(unit) AS unit, min(occurred_at) AS occurred_at, count(*) AS answered,
        array_agg(value ORDER BY driver) AS scores
    FROM score
    WHERE response_id > :after AND driver = ANY(:items) AND starts_with(unit, :unit)
        AND CASE WHEN CAST(:trigger AS text) IS NULL THEN "trigger" <> 'case_closed' ELSE "trigger" = :trigger END
        AND (CAST(:sub_process AS text) IS NULL OR sub_process = :sub_process)
        AND (CAST(:first AS date) IS NULL OR (occurred_at AT TIME ZONE :zone)::date >= :first)
        AND (CAST(:last AS date) IS NULL OR (occurred_at AT TIME ZONE :zone)::date <= :last)
    GROUP BY response_id HAVING bool_or(driver = :outcome)
    ORDER BY response_id LIMIT :most
)
SELECT w.response_id, w.unit, w.answered, w.scores, coalesce(r.segment, a.segment) AS segment, m.block, {lived} AS lived
FROM whole AS w JOIN analysis_member AS m ON m.response_id = w.response_id
    LEFT JOIN response AS r ON r.id = w.response_id LEFT JOIN anonymous_response AS a ON a.id = w.response_id {exposures}
ORDER BY w.response_id
"""
_EXPOSURES = """
LEFT JOIN contact AS c ON c.id = r.contact_id
LEFT JOIN LATERAL (
    SELECT coalesce(sum(outage_minutes), 0) / 60 AS outage_hours, coalesce(sum(interruptions), 0) AS interruptions,
        coalesce(sum(momentary), 0) AS momentary, coalesce(sum(late_stages), 0) AS late_stages,
        coalesce(sum(returned_handovers), 0) AS returned_handovers
    FROM exposure AS e
    WHERE e.account = c.account
        AND e.day <= (w.occurred_at AT TIME ZONE :zone)::date
        AND e.day > (w.occurred_at AT TIME ZONE :zone)::date - CAST(:window AS int)
) AS e ON true
"""


async def gather(database: Database, asked: AnalysisIn, unit: str, context: Context) -> "Answers":
    """The answers that the analysis needs, in whole blocks, ordered by response; raises TooManyAnswers above a million."""
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
    return answers_of(gathered, asked.predictors, asked.margins)


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
