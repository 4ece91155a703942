"""What completed orders mean for the requests that they served."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.contracts.responsibility import OrderCompleted
from kit.events.handlers import Consumers, Event
from responsibility.requests import service

consumers = Consumers()


@consumers.on(OrderCompleted)
async def finish_request(session: AsyncSession, event: Event[OrderCompleted], context: Context) -> None:  # noqa: ARG001
    await service.finish_with_order(session, event.data.order_id, event.data.completed_at)
