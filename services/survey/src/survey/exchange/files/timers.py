"""Files that nobody needs any more."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.timers import Timer, Timers, schedule
from survey.exchange.files.service import EXPIRY, drop_some

timers = Timers()


@timers.on(EXPIRY)
async def expire(session: AsyncSession, due: Timer, _: Context) -> None:
    """Some pieces each time: a large file is gone after several short transactions."""
    if await drop_some(session, UUID(due.subject)):
        await schedule(session, EXPIRY, subject=due.subject, due=due.due + timedelta(microseconds=1))
