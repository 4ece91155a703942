"""What incidents tell, and gates that people closed on the orders that mirror them."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.contracts.incident import IncidentOpened, IncidentProgressed, IncidentRestored
from kit.contracts.responsibility import StageCleared
from kit.events.handlers import Consumers, Event
from responsibility.mirrors import service
from responsibility.orders.models import Order
from responsibility.orders.service import as_told

consumers = Consumers()


@consumers.on(IncidentOpened)
async def open_fault_order(session: AsyncSession, event: Event[IncidentOpened], context: Context) -> None:
    if event.unit is None:
        raise ValueError(f"Incident {event.data.number} names no unit: its fault order belongs to nobody.")
    data = event.data
    await service.open_mirror(
        session, data.incident_id, data.number, event.unit, data.area, event.time, context=context
    )


@consumers.on(IncidentProgressed)
async def follow_progress(session: AsyncSession, event: Event[IncidentProgressed], context: Context) -> None:
    order = await service.mirrored(session, event.data.incident_id)
    if order is not None:
        await service.follow(
            session, order, event.data.state, event.data.happened_at, context=as_told(context, event.time)
        )


@consumers.on(IncidentRestored)
async def follow_restoration(session: AsyncSession, event: Event[IncidentRestored], context: Context) -> None:
    order = await service.mirrored(session, event.data.incident_id)
    if order is not None:
        await service.follow(session, order, "restored", event.data.restored_at, context=as_told(context, event.time))


@consumers.on(StageCleared)
async def go_on(session: AsyncSession, event: Event[StageCleared], context: Context) -> None:
    order = await session.scalar(select(Order).where(Order.id == event.data.order_id).with_for_update())
    if order is not None:
        await service.advance(session, order, context=as_told(context, event.time))
