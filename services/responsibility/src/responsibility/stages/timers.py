"""A stage that is not handed on in time is late; that it was in time may be told afterwards."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.timers import Timer, Timers
from responsibility.orders.models import Order, Stage
from responsibility.orders.service import STAGE_DUE

timers = Timers()


@timers.on(STAGE_DUE)
async def mark_late(session: AsyncSession, timer: Timer, context: Context) -> None:
    # The order first: whoever works on it may have read the stage already and would leave our mark on it.
    # nowait: they may also be waiting for this timer's row; the timer is tried again.
    own_order = select(Stage.order_id).where(Stage.id == UUID(timer.subject)).scalar_subquery()
    await session.execute(select(Order.id).where(Order.id == own_order).with_for_update(nowait=True))
    stage = await session.scalar(select(Stage).where(Stage.id == UUID(timer.subject)).with_for_update(nowait=True))
    if stage is None or stage.due_at is None or stage.handed_at is not None:
        return
    stage.late = stage.due_at <= context.clock.now()
