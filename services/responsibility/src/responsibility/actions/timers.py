"""An action that is not done by its day is late."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.timers import Timer, Timers
from responsibility.actions.models import Action
from responsibility.actions.service import ACTION_DUE

timers = Timers()


@timers.on(ACTION_DUE)
async def mark_late(session: AsyncSession, timer: Timer, context: Context) -> None:
    # nowait: whoever holds the action may be waiting for this timer's row; the timer is tried again
    action = await session.scalar(select(Action).where(Action.id == UUID(timer.subject)).with_for_update(nowait=True))
    if action is not None and action.state == "planned":
        action.late = action.due_at <= context.clock.now()
