"""What a scale's reliability is computed from: respondents by whole blocks of five, as in every analysis."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from survey.analyses.blocks import FIVE
from survey.insights.questions import Question

_VARIANCES = """
WITH fits AS (
    SELECT response_id, block, sum(value) AS total
    FROM score AS s JOIN analysis_member USING (response_id)
    WHERE driver = ANY(:drivers) AND starts_with(unit, :unit)
        AND CASE WHEN CAST(:trigger AS text) IS NULL THEN "trigger" <> 'case_closed' ELSE "trigger" = :trigger END
        AND (CAST(:sub_process AS text) IS NULL OR sub_process = :sub_process)
        AND (CAST(:first AS date) IS NULL OR (occurred_at AT TIME ZONE :zone)::date >= :first)
        AND (CAST(:last AS date) IS NULL OR (occurred_at AT TIME ZONE :zone)::date <= :last)
        AND (
            CAST(:segment AS text) IS NULL
            OR EXISTS (SELECT FROM response AS r WHERE r.id = s.response_id AND r.segment = :segment)
            OR EXISTS (SELECT FROM anonymous_response AS r WHERE r.id = s.response_id AND r.segment = :segment)
        )
    GROUP BY response_id, block HAVING count(*) = :k
), whole AS (
    SELECT response_id, total
    FROM (SELECT response_id, total, count(*) OVER (PARTITION BY block) AS fitting FROM fits) AS counted
    WHERE fitting = :five
)
SELECT NULL AS driver, count(*) AS n, var_samp(total) AS spread FROM whole HAVING count(*) > 0
UNION ALL
SELECT driver, count(*), var_samp(value) FROM score JOIN whole USING (response_id)
WHERE driver = ANY(:drivers) GROUP BY driver
"""


@dataclass(frozen=True, slots=True)
class Spreads:
    """``n`` respondents who answered every item; the items' variances in the order given, and that of their sum."""

    n: int
    items: Sequence[float]
    whole: float


async def spreads(session: AsyncSession, question: Question, drivers: Sequence[str], unit: str, zone: str) -> Spreads:
    """Of those within the question's bounds, as far as their blocks are within them in full."""
    told = {
        "drivers": list(drivers),
        "k": len(drivers),
        "unit": unit,
        "trigger": question.trigger,
        "sub_process": question.sub_process,
        "segment": question.segment,
        "first": question.period_from,
        "last": question.period_to,
        "zone": zone,
        "five": FIVE,
    }
    rows = {row.driver: row for row in await session.execute(text(_VARIANCES), told)}
    if None not in rows:
        return Spreads(0, [], 0.0)
    items = [float(rows[name].spread or 0) if name in rows else 0.0 for name in drivers]
    return Spreads(int(rows[None].n), items, float(rows[None].spread or 0))
