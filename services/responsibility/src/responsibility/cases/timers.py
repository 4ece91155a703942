"""A case that is not closed within its promise is escalated."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.timers import Timer, Timers
from responsibility.cases import service
from responsibility.cases.models import Case

timers = Timers()


@timers.on(service.CASE_DUE)
async def escalate_overdue(session: AsyncSession, timer: Timer, context: Context) -> None:
    # nowait: whoever holds the case may be waiting for this timer's row; the timer is tried again
    case = await session.scalar(select(Case).where(Case.id == UUID(timer.subject)).with_for_update(nowait=True))
    if case is not None and case.state != "closed" and case.due_at <= context.clock.now():
        await service.escalate(session, case, context=context)
