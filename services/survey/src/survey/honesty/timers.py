"""A month that has closed is looked through without anybody asking for it."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit import jobs
from kit.auth import Actor, Role
from kit.context import Context
from kit.timers import Timer, Timers, ensure, schedule
from survey.honesty.jobs import LOOK_THROUGH
from survey.honesty.service import AGAIN, closing, first_month

timers = Timers()
MONTH_CLOSED = "insights.honesty.month"
EACH_MONTH = "each"
NOBODY = Actor("timer:honesty", frozenset({Role.SERVICE}), "/")


async def begin(session: AsyncSession, context: Context) -> None:
    """Waits for the end of the first month that has answers, unless a month is waited for already."""
    month = await first_month(session, context)
    due, _ = closing(month, context)
    await ensure(session, MONTH_CLOSED, subject=EACH_MONTH, due=due, payload={"month": month})


@timers.on(MONTH_CLOSED)
async def month_closed(session: AsyncSession, due: Timer, context: Context) -> None:
    """Months that went by while nobody was there follow one another: each sets the timer of the next."""
    month = due.payload["month"]
    await jobs.enqueue(session, LOOK_THROUGH, {"month": month}, actor=NOBODY)
    _, following = closing(month, context)
    then, _ = closing(following, context)
    await schedule(session, MONTH_CLOSED, subject=EACH_MONTH, due=then, payload={"month": following})


@timers.on(AGAIN)
async def brought_in(session: AsyncSession, due: Timer, context: Context) -> None:  # noqa: ARG001
    """Answers were brought into a month that is over."""
    await jobs.enqueue(session, LOOK_THROUGH, {"month": due.payload["month"]}, actor=NOBODY)
