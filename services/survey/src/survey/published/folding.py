"""How answers become cells that may be shown, in SQL: every block of at least five goes in whole, and once.

``TAKE``: answers out of ``tally`` into ``waiting``, by place and day. ``RELEASE_DAYS``: a place's answers about one
day, as soon as they are five. ``RELEASE_RUNS``: what was left of days gone by, merged over neighbouring days.
"""

from survey.published.disclosure import SMALLEST_SHOWN

PLACE = "parent, topic, measure, driver, unit, member"
SAME = " AND ".join(f"w.{name} = r.{name}" for name in PLACE.split(", "))
SUMS = ("n", "total", "squares", "favourable", "unfavourable")
ADDED = ", ".join(f"sum({name}) AS {name}" for name in SUMS)
KEPT = ", ".join(f"{name} = kept.{name} + excluded.{name}" for name in SUMS)
NAMES = ", ".join(SUMS)

TAKE = f"""
WITH taken AS (
    DELETE FROM tally
    WHERE position <= (SELECT max(position) FROM (SELECT position FROM tally ORDER BY position LIMIT :most) AS few)
    RETURNING *
), entry AS (
    SELECT day, unit, segment, "trigger", e ->> 0 AS measure, e ->> 1 AS driver, e ->> 2 AS sub_process,
        (e ->> 3)::double precision AS value, (e ->> 4)::int AS favourable, (e ->> 5)::int AS unfavourable
    FROM taken, jsonb_array_elements(entries) AS e
), summed AS (
    SELECT day, unit, topic, member, measure, driver, count(*) AS n, sum(value) AS total,
        sum(value * value) AS squares, sum(favourable) AS favourable, sum(unfavourable) AS unfavourable
    FROM entry, LATERAL (
        VALUES ('', ''), ('sub_process', sub_process), ('segment', segment), ('trigger', "trigger")
    ) AS k (topic, member)
    WHERE (topic = '' OR member <> '') AND (topic = 'trigger' OR "trigger" <> 'case_closed')
    GROUP BY day, unit, topic, member, measure, driver
), chain AS (
    SELECT own.unit AS own, left(own.unit, i) AS unit
    FROM (SELECT DISTINCT unit FROM summed) AS own, generate_series(1, length(own.unit)) AS i
    WHERE substr(own.unit, i, 1) = '/'
)
INSERT INTO waiting AS kept ({PLACE}, day, {NAMES}, looked)
SELECT CASE chain.unit WHEN '/' THEN '' ELSE regexp_replace(chain.unit, '[^/]+/$', '') END,
    topic, measure, driver, chain.unit, member, day, {ADDED}, 0
FROM summed JOIN chain ON chain.own = summed.unit
GROUP BY topic, measure, driver, chain.unit, member, day
ON CONFLICT ({PLACE}, day) DO UPDATE SET {KEPT}, looked = 0
"""  # noqa: S608  (own names)

_INTO_CELLS = f"""
INSERT INTO cell AS kept (grain, {PLACE}, first, last, {NAMES})
SELECT g.grain, {PLACE}, g.first, g.last, {ADDED}
FROM block, LATERAL (VALUES
    ('all', DATE '0001-01-01', DATE '0001-01-01'),
    ('month', date_trunc('month', block.first)::date, date_trunc('month', block.last)::date),
    (CASE WHEN block.first = block.last THEN 'day' ELSE 'run' END, block.first, block.last)
) AS g (grain, first, last)
WHERE g.grain <> 'month' OR g.first = g.last
GROUP BY g.grain, {PLACE}, g.first, g.last
ON CONFLICT (grain, {PLACE}, first, last) DO UPDATE SET {KEPT}
"""  # noqa: S608

RELEASE_DAYS = f"""
WITH block AS (
    DELETE FROM waiting WHERE n >= {SMALLEST_SHOWN} RETURNING {PLACE}, day AS first, day AS last, {NAMES}
) {_INTO_CELLS}
"""  # noqa: S608

# Each row is under five and a run takes what begins within nine of the running sum: it has at least six, only the
# last one may have fewer than five and waits.
_RELEASE_RUNS = """
WITH place AS (
    SELECT DISTINCT {place} FROM waiting WHERE looked <= :looked AND day < :before LIMIT :most
), line AS (
    SELECT w.*, sum(n) OVER (PARTITION BY {place} {week} ORDER BY day) - n AS start
    FROM waiting AS w JOIN place USING ({place}) WHERE day < :before
), block AS (
    SELECT {place}, min(day) AS first, max(day) AS last, {added} FROM line
    GROUP BY {place} {week}, start / {window} HAVING sum(n) >= {least}
), gone AS (
    DELETE FROM waiting AS w USING block AS r WHERE {same} AND w.day BETWEEN r.first AND r.last
), left_over AS (
    UPDATE waiting AS w SET looked = :looked + 1 FROM place AS r
    WHERE {same} AND w.looked <= :looked AND w.day < :before
        AND NOT EXISTS (SELECT FROM block AS b WHERE {in_block} AND w.day BETWEEN b.first AND b.last)
) {into_cells}
"""
IN_BLOCK = SAME.replace("r.", "b.")
_PARTS = {"in_block": IN_BLOCK, "place": PLACE, "added": ADDED, "same": SAME, "into_cells": _INTO_CELLS}
_SIZES = {"least": SMALLEST_SHOWN, "window": 2 * SMALLEST_SHOWN - 1}
RELEASE_WEEKS = _RELEASE_RUNS.format(**_PARTS, **_SIZES, week=", date_trunc('week', day)")
RELEASE_RUNS = _RELEASE_RUNS.format(**_PARTS, **_SIZES, week="")
WORK = """
SELECT EXISTS (SELECT FROM tally) OR EXISTS (SELECT FROM waiting WHERE looked = 0 AND day < :today)
    OR EXISTS (SELECT FROM waiting WHERE looked = 1 AND day < :monday)
"""
