"""Looks through the answers of a month for those that may not be a customer's own."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.db.rows import RowsStatement, run, run_rows, scalars
from kit.errors import Invalid
from kit.timers import schedule
from survey.honesty.figures import LAST_DAYS, Counts
from survey.honesty.models import CountedDay, HonestyMonth, StaffNumber
from survey.settings import settings_of

ACCOUNTS_PER_NUMBER = 3
ANSWERS_PER_DEVICE = 5
SECONDS_PER_ITEM = 1.0
AT_ONCE = 5000
LOCK = 7_410_302
AGAIN = "insights.honesty.again"
SETTLED = timedelta(minutes=5)
"""After the last of many answers was brought in: each moves the look on."""
GRACE = timedelta(hours=1)
"""After the month's last moment: what was on its way then is stored by now."""
RULES = {
    "one_number": f"The customer's telephone number stands on {ACCOUNTS_PER_NUMBER} accounts or more.",
    "staff_number": "The customer's telephone number is one of the staff's.",
    "one_device": f"{ANSWERS_PER_DEVICE} answers or more of this month came from one device.",
    "impossible_speed": f"Less than {SECONDS_PER_ITEM:g} s was spent for each item answered, or time ran backwards.",
}
NEW_NUMBERS = RowsStatement(StaffNumber.__table__, ["hash"])
MONTHS = RowsStatement(HonestyMonth.__table__, ["month", "unit", "counts", "counted_at"])

DEVICES = """
    SELECT device FROM response WHERE complete AND received_at >= $1 AND received_at < $2 AND device IS NOT NULL
    GROUP BY device HAVING count(*) >= $3
"""
NUMBERS = "SELECT phone_hash FROM contact WHERE phone_hash IS NOT NULL GROUP BY phone_hash HAVING count(*) >= $1"
FORGET = """
    DELETE FROM response_flag f USING response r
    WHERE r.id = f.response_id AND r.received_at >= $1 AND r.received_at < $2 AND r.contact_id IS NOT NULL
"""
FLAG = """
    INSERT INTO response_flag (response_id, reason)
    SELECT r.id, found.reason
    FROM response r JOIN contact c ON c.id = r.contact_id, LATERAL (VALUES
        ('one_number', c.phone_hash = ANY($3::bytea[])),
        ('staff_number', EXISTS (SELECT FROM staff_number s WHERE s.hash = c.phone_hash)),
        ('one_device', r.device = ANY($4::bytea[])),
        ('impossible_speed', r.answered_at - r.started_at < make_interval(secs => $5::float8 * (
            SELECT count(*) FROM jsonb_object_keys(r.answers))))
    ) AS found (reason, holds)
    WHERE r.complete AND r.received_at >= $1 AND r.received_at < $2 AND found.holds
    ON CONFLICT DO NOTHING
"""
GOOD = 4
SOME = """
    SELECT r.id FROM response r
    WHERE r.complete AND r.received_at >= $1 AND r.received_at < $2 AND ($3::uuid IS NULL OR r.id > $3)
        AND NOT EXISTS (SELECT FROM late_answer l WHERE l.response_id = r.id)
    ORDER BY r.id LIMIT $4
"""
LATE = """
    DELETE FROM late_answer WHERE response_id IN (
        SELECT l.response_id FROM late_answer l JOIN response r ON r.id = l.response_id
        WHERE r.received_at >= $1 AND r.received_at < $2 LIMIT $3
    ) RETURNING response_id
"""
CAME_LATE = """
    INSERT INTO late_answer (response_id)
    SELECT came.id FROM unnest($1::uuid[], $2::timestamptz[]) AS came (id, begins_at)
        JOIN counted_day AS d USING (begins_at)
    ON CONFLICT DO NOTHING
"""
ENTER = """
    INSERT INTO tally (day, unit, segment, "trigger", entries)
    SELECT (r.occurred_at AT TIME ZONE $2)::date, r.unit, r.segment, r."trigger", jsonb_build_array(jsonb_build_array(
        'unflagged', '', coalesce(s.sub_process, ''), s.value, (s.value >= $3::float8)::int, 0))
    FROM response r JOIN score s ON s.response_id = r.id AND s.driver = ''
    WHERE r.id = ANY($1::uuid[]) AND NOT EXISTS (SELECT FROM response_flag f WHERE f.response_id = r.id)
"""
COUNT = """
    WITH answer AS (
        SELECT r.unit, s.value, r.received_at >= $3 AS late,
               ARRAY(SELECT f.reason FROM response_flag f WHERE f.response_id = r.id) AS reasons
        FROM response r LEFT JOIN score s ON s.response_id = r.id AND s.driver = ''
        WHERE r.complete AND r.received_at >= $1 AND r.received_at < $2
    )
    SELECT unit, count(*) AS answers, count(*) FILTER (WHERE reasons <> '{}') AS flagged,
           count(*) FILTER (WHERE 'one_number' = ANY(reasons)) AS one_number,
           count(*) FILTER (WHERE 'staff_number' = ANY(reasons)) AS staff_number,
           count(*) FILTER (WHERE 'one_device' = ANY(reasons)) AS one_device,
           count(*) FILTER (WHERE 'impossible_speed' = ANY(reasons)) AS impossible_speed,
           count(value) AS scored, count(*) FILTER (WHERE value = 5) AS tops,
           count(value) FILTER (WHERE late) AS last_scored,
           count(*) FILTER (WHERE value = 5 AND late) AS last_tops
    FROM answer GROUP BY unit ORDER BY unit
"""


class MonthNotOver(Invalid):
    code, title = "month_not_over", "The month has not ended"


async def replace_staff_numbers(session: AsyncSession, numbers: Sequence[str], *, context: Context) -> int:
    """How many are known afterwards."""
    await session.execute(delete(StaffNumber))
    hashes = sorted({context.keyring.hash(number) for number in numbers})
    if hashes:
        await run_rows(session, NEW_NUMBERS, [{"hash": one} for one in hashes])
    return len(hashes)


def ended(month: str, context: Context) -> date:
    """The month's first day; raises MonthNotOver: figures that still grow would tell of single answers."""
    first, _ = _bounds(month)
    zone = ZoneInfo(settings_of(context).time_zone)
    if context.clock.now().astimezone(zone).date() < (first + timedelta(days=32)).replace(day=1):
        raise MonthNotOver(
            f"{month} has not ended: its answers are looked through from the next month's first day on.",
            errors=[{"pointer": "/month", "detail": "Name a month that has ended."}],
        )
    return first


def closing(month: str, context: Context) -> tuple[datetime, str]:
    """When the month is looked through by itself, and the month after it."""
    following = _bounds(month)[1] + timedelta(days=1)
    zone = ZoneInfo(settings_of(context).time_zone)
    return datetime.combine(following, time(), zone).astimezone(UTC) + GRACE, f"{following:%Y-%m}"


async def first_month(session: AsyncSession, context: Context) -> str:
    """The local month of the first answer, or, where there is none yet, the present one."""
    since = (await session.execute(text("SELECT min(received_at) FROM response"))).scalar()
    return f"{(since or context.clock.now()).astimezone(ZoneInfo(settings_of(context).time_zone)):%Y-%m}"


def days(month: str, context: Context) -> list[tuple[datetime, datetime]]:
    """The local days of a month, each from its first moment to the next day's."""
    first, last = _bounds(month)
    zone = ZoneInfo(settings_of(context).time_zone)
    count = (last - first).days + 1
    return list(
        pairwise(datetime.combine(first + timedelta(n), time(), zone).astimezone(UTC) for n in range(count + 1))
    )


async def suspects(session: AsyncSession, month: str, context: Context) -> tuple[list[bytes], list[bytes]]:
    """Hashes of numbers on many accounts, and of devices with many answers in the month."""
    whole = days(month, context)
    numbers = await scalars(session, NUMBERS, ACCOUNTS_PER_NUMBER)
    devices = await scalars(session, DEVICES, whole[0][0], whole[-1][1], ANSWERS_PER_DEVICE)
    return numbers, devices


async def flag_day(
    session: AsyncSession, day: tuple[datetime, datetime], numbers: list[bytes], devices: list[bytes]
) -> None:
    """Flags the day's answers anew: what is no longer doubtful loses its flag, unless its customer was erased."""
    await run(session, "SELECT pg_advisory_xact_lock($1)", LOCK)
    await run(session, FORGET, *day)
    await run(session, FLAG, *day, numbers, devices, SECONDS_PER_ITEM)


async def enter_some(session: AsyncSession, begins_at: datetime, ends_at: datetime, zone: str) -> bool:
    """Lets some more of a flagged day's answers without a flag into the published grid; whether any may be left.

    First those that were there when the day was first counted, then those that were brought in since.
    """
    await run(session, "SELECT pg_advisory_xact_lock($1)", LOCK)
    await session.execute(insert(CountedDay).values(begins_at=begins_at, done=False).on_conflict_do_nothing())
    day = await session.get_one(CountedDay, begins_at, with_for_update=True, populate_existing=True)
    was_done = day.done
    if was_done:
        some = await scalars(session, LATE, begins_at, ends_at, AT_ONCE)
    else:
        some = await scalars(session, SOME, begins_at, ends_at, day.reached, AT_ONCE)
        day.reached, day.done = (some[-1] if some else day.reached), len(some) < AT_ONCE
    if some:
        await run(session, ENTER, some, zone, float(GOOD))
    return bool(some) or not was_done


async def came_late(session: AsyncSession, came: Sequence[tuple[UUID, datetime]], context: Context) -> None:
    """Has the months looked through (again) that these answers were brought into, by when they were received.

    They enter the figures without flags once, whether or not their day was counted before them.
    """
    zone, now = ZoneInfo(settings_of(context).time_zone), context.clock.now()
    local = [(response, at.astimezone(zone).date()) for response, at in came]
    begins = [datetime.combine(day, time(), zone).astimezone(UTC) for _, day in local]
    # Before or after a day's counting, never beside it.
    await run(session, "SELECT pg_advisory_xact_lock_shared($1)", LOCK)
    await run(session, CAME_LATE, [response for response, _ in local], begins)
    present = now.astimezone(zone).date().replace(day=1)
    for first in sorted({day.replace(day=1) for _, day in local} - {present}):
        month = f"{first:%Y-%m}"
        await schedule(session, AGAIN, subject=month, due=now + SETTLED, payload={"month": month})


async def counted(session: AsyncSession, month: str, context: Context) -> list[tuple[str, Counts]]:
    """What the flagged month comes to, by unit."""
    whole = days(month, context)
    late = whole[-LAST_DAYS][0]
    rows = await run(session, COUNT, whole[0][0], whole[-1][1], late)
    return [(row.unit, _counts(row)) for row in rows]


async def keep(session: AsyncSession, month: date, found: Sequence[tuple[str, Counts]], *, at: datetime) -> None:
    await run(session, "SELECT pg_advisory_xact_lock($1)", LOCK)
    await session.execute(delete(HonestyMonth).where(HonestyMonth.month == month))
    rows = [
        {"month": month, "unit": unit, "counts": json.dumps(asdict(counts)), "counted_at": at} for unit, counts in found
    ]
    if rows:
        await run_rows(session, MONTHS, rows)


async def kept(session: AsyncSession, month: date, *, unit: str | None, actor: Actor) -> list[tuple[str, Counts]]:
    """What was counted of a month, by unit, in the actor's scope."""
    statement = actor.scope(select(HonestyMonth).where(HonestyMonth.month == month))
    if unit is not None:
        statement = statement.where(HonestyMonth.unit.startswith(unit, autoescape=True))
    rows = await session.scalars(statement.order_by(HonestyMonth.unit))
    return [(row.unit, Counts(**row.counts)) for row in rows]


async def staff_known(session: AsyncSession) -> int:
    return int(await session.scalar(select(func.count()).select_from(StaffNumber)) or 0)


def _bounds(month: str) -> tuple[date, date]:
    first = date.fromisoformat(month + "-01")
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _counts(row: Any) -> Counts:
    reasons = {name: getattr(row, name) for name in RULES if getattr(row, name)}
    names = ("answers", "flagged", "scored", "tops", "last_scored", "last_tops")
    return Counts(reasons=reasons, **{name: getattr(row, name) for name in names})
