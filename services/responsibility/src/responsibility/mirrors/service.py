"""Fault orders that mirror incidents: the incident tells how far it is, people close the gates."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from responsibility.handovers import service as handovers
from responsibility.handovers.schemas import Accept
from responsibility.mirrors.progress import DROPPED, ROUTE, TOLD, passed
from responsibility.orders import service as orders
from responsibility.orders.models import Order, Stage
from responsibility.orders.schemas import AttributesIn, OrderIn
from responsibility.stages.service import Work, gates_in_the_way, take_up

BY = "incident"


async def mirrored(session: AsyncSession, incident_id: UUID) -> Order | None:
    statement = select(Order).where(Order.incident_id == incident_id)
    return await session.scalar(statement.with_for_update())


async def open_mirror(
    session: AsyncSession, incident_id: UUID, number: str, unit: str, area: str, at: datetime, *, context: Context
) -> Order:
    """The fault order of an incident, once; its first stage is in hand with the call that was taken."""
    order = await mirrored(session, incident_id)
    if order is not None:
        return order
    body = OrderIn(number=f"F-{number}", route=ROUTE, unit=unit, attributes=AttributesIn.model_validate({"area": area}))
    order = await orders.begin_order(session, body, at, context=context, incident_id=incident_id)
    for stage in await orders.stages_of(session, order):
        if stage.step == 0:
            await take_up(session, order, stage, at)
    return order


async def follow(session: AsyncSession, order: Order, state: str, at: datetime, *, context: Context) -> None:
    """The incident reached ``state``: notes which stages are behind it, and hands on as far as gates allow."""
    if order.state in ("completed", "cancelled"):
        return
    if state in DROPPED:
        await orders.cancel_order(session, order, max(at, order.opened_at), context=context)
        return
    behind = passed(state)
    for stage in await orders.stages_of(session, order):
        if stage.sub_process in behind and stage.mirrored_at is None:
            stage.mirrored_at = at
    await session.flush()
    await advance(session, order, context=context)


async def advance(session: AsyncSession, order: Order, *, context: Context) -> None:
    """Hands on every stage that the incident has passed and whose gates people have closed."""
    for stage in await orders.stages_of(session, order):
        if stage.state == "offered" and stage.sub_process in TOLD:
            await _accept(session, order, stage, context=context)
        if stage.state != "working" or stage.mirrored_at is None or stage.started_at is None:
            continue
        if await gates_in_the_way(session, stage):
            return
        at = max(stage.mirrored_at, stage.started_at)
        await handovers.pass_on(session, order, stage, at, by=BY, context=context)


async def _accept(session: AsyncSession, order: Order, stage: Stage, *, context: Context) -> None:
    offered_at = stage.began_at
    await handovers.accept(session, Work(order, stage, BY), Accept(happened_at=offered_at), context=context)
