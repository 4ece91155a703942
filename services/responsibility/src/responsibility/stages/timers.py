"""A stage that is not handed on in time is late; that it was in time may be told afterwards."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.timers import Timer, Timers
from responsibility.orders.models import Stage
from responsibility.orders.service import STAGE_DUE

timers = Timers()


@timers.on(STAGE_DUE)
async def mark_late(session: AsyncSession, timer: Timer, context: Context) -> None:
    # nowait: whoever holds the stage may be waiting for this timer's row; the timer is tried again
    stage = await session.scalar(select(Stage).where(Stage.id == UUID(timer.subject)).with_for_update(nowait=True))
    if stage is None or stage.due_at is None or stage.handed_at is not None:
        return
    stage.late = stage.due_at <= context.clock.now()
