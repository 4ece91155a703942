"""Answers as they lie in the published grid: 387 units in 12 districts, 126 sub-processes, 9 drivers, two years.

Set-based, by the rules that the service folds by: what a place has of a day is one block from five answers on, what is
left of a week likewise, then of a quarter.
"""

from typing import Any

UNITS, DISTRICTS, SUB_PROCESSES, DAYS = 387, 12, 126, 730
FIRST_DAY = "2024-06-01"
UNIT = "format('/city/district-%s/team-%s/', 1 + team % 12, 1 + team)"
SETTINGS = "SET work_mem = '256MB'; SET synchronous_commit = off; SET max_parallel_workers_per_gather = 0"

# Skewed as real ones are: some teams and sub-processes have many times the answers of others.
ANSWERS = f"""
CREATE UNLOGGED TABLE bench_answer AS
SELECT DATE '{FIRST_DAY}' + (random() * {DAYS - 1})::int AS day, {UNIT} AS team,
    format('/city/district-%s/', 1 + team % 12) AS district,
    format('%s-%s', chr(65 + sub / 63) || 'P', to_char(1 + sub % 63, 'FM00')) AS sub_process,
    (ARRAY['home', 'home', 'home', 'trade', 'industry'])[1 + (random() * 4)::int] AS segment,
    (ARRAY['staff_conduct', 'staff_skill', 'reliability', 'emergency_response', 'billing_accuracy', 'problem_solving',
        'convenience', 'price', 'information'])[1 + (random() * 8)::int] AS driver,
    1 + (4 * sqrt(random()))::int AS overall, 1 + (4 * sqrt(random()))::int AS said, (10 * sqrt(random()))::int AS nps
FROM (
    SELECT (power(random(), 1.3) * {UNITS - 1})::int AS team, (power(random(), 1.5) * {SUB_PROCESSES - 1})::int AS sub
    FROM generate_series(1, $1)
) AS drawn
"""  # noqa: S608  (numbers of this module)
MEASURES = {
    "overall": ("'score'", "''", "overall", "(overall >= 4)::int", "(overall <= 2)::int"),
    "driver": ("'score'", "driver", "said", "(said >= 4)::int", "(said <= 2)::int"),
    "nps": ("'nps'", "''", "nps", "(nps >= 9)::int", "(nps <= 6)::int"),
}
# Of units and topics those with cells of five answers and more; the company holds what the city holds.
LEVELS = {"/city/": "'/'", "district": "'/city/'", "team": "district"}
TOPICS = {"": "''", "sub_process": "sub_process", "segment": "segment", "trigger": "'order_completed'"}
FILLED: dict[str, dict[str, tuple[str, ...]]] = {
    "": {unit: tuple(MEASURES) for unit in LEVELS},
    "sub_process": {"/city/": tuple(MEASURES), "district": ("overall", "nps")},
    "segment": {"/city/": tuple(MEASURES), "district": ("overall",)},
    "trigger": {"/city/": ("overall", "nps")},
}
BLOCKS = """
CREATE UNLOGGED TABLE bench_block AS
WITH daily AS (
    SELECT {member} AS member, {driver} AS driver, {unit} AS unit, {parent} AS parent, day, count(*) AS n,
        sum({value}) AS total, sum({value} * {value}) AS squares, sum({good}) AS good, sum({bad}) AS bad
    FROM bench_answer GROUP BY 1, 2, 3, 4, day
), weekly AS (
    SELECT member, driver, unit, parent, min(day) AS first, max(day) AS last, sum(n) AS n, sum(total) AS total,
        sum(squares) AS squares, sum(good) AS good, sum(bad) AS bad
    FROM daily WHERE n < 5 GROUP BY member, driver, unit, parent, date_trunc('week', day)
), quarterly AS (
    SELECT member, driver, unit, parent, min(first) AS first, max(last) AS last, sum(n) AS n, sum(total) AS total,
        sum(squares) AS squares, sum(good) AS good, sum(bad) AS bad
    FROM weekly WHERE n < 5 GROUP BY member, driver, unit, parent, date_trunc('quarter', first)
)
SELECT member, driver, unit, parent, day AS first, day AS last, n, total, squares, good, bad FROM daily WHERE n >= 5
UNION ALL SELECT * FROM weekly WHERE n >= 5
UNION ALL SELECT * FROM quarterly WHERE n >= 5
"""
CELLS = """
INSERT INTO cell (grain, parent, topic, measure, driver, unit, member, first, last, n, total, squares, favourable,
    unfavourable)
SELECT g.grain, parent, '{topic}', {measure}, driver, unit, member, g.first, g.last,
    sum(n), sum(total), sum(squares), sum(good), sum(bad)
FROM bench_block AS b, LATERAL (VALUES
    ('all', DATE '0001-01-01', DATE '0001-01-01'),
    ('month', date_trunc('month', b.first)::date, date_trunc('month', b.last)::date),
    (CASE WHEN b.first = b.last THEN 'day' ELSE 'run' END, b.first, b.last)
) AS g (grain, first, last)
WHERE g.grain <> 'month' OR g.first = g.last
GROUP BY g.grain, parent, driver, unit, member, g.first, g.last
"""

COMPANY = """
INSERT INTO cell SELECT (jsonb_populate_record(c, '{"parent": "", "unit": "/"}')).* FROM cell AS c WHERE unit = '/city/'
"""


async def fill(connection: Any, answers: int) -> None:
    """Replaces what the grid holds by so many answers."""
    await connection.execute(SETTINGS)
    await connection.execute("TRUNCATE cell, waiting, tally; DROP TABLE IF EXISTS bench_answer")
    await connection.execute("SELECT setseed(0.5)")
    await connection.execute(ANSWERS, answers)
    for topic, levels in FILLED.items():
        for unit, measures in levels.items():
            for name in measures:
                await _add(connection, topic, unit, name)
    await connection.execute(COMPANY)
    await connection.execute("DROP TABLE bench_block, bench_answer")
    await connection.execute("VACUUM (ANALYZE) cell")


async def _add(connection: Any, topic: str, unit: str, name: str) -> None:
    measure, driver, value, good, bad = MEASURES[name]
    told = {"member": TOPICS[topic], "driver": driver, "value": value, "good": good, "bad": bad}
    own = unit if unit in {"district", "team"} else f"'{unit}'::text"
    await connection.execute("DROP TABLE IF EXISTS bench_block")
    await connection.execute(BLOCKS.format(unit=own, parent=LEVELS[unit], **told))
    await connection.execute(CELLS.format(topic=topic, measure=measure))
