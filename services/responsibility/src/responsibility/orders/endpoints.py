"""Orders over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.idempotency import Once
from kit.paging import Items, Page, paged
from responsibility.orders import service
from responsibility.orders.lifecycle import OrderState
from responsibility.orders.models import Order
from responsibility.orders.schemas import Account, OrderCancel, OrderDetail, OrderIn, OrderNumber, OrderOut, RouteCode

OrderOpener = Annotated[Actor, Depends(allow(Role.INTEGRATOR, Role.OPERATOR, Role.AGENT, Role.EMPLOYEE, Role.MANAGER))]
OrderCanceller = Annotated[Actor, Depends(allow(Role.INTEGRATOR, Role.OPERATOR, Role.MANAGER))]
OrderReader = Annotated[
    Actor,
    Depends(
        allow(
            Role.INTEGRATOR,
            Role.OPERATOR,
            Role.DISPATCHER,
            Role.AGENT,
            Role.EMPLOYEE,
            Role.CREW,
            Role.MANAGER,
            Role.UNIT_HEAD,
            Role.LEADER,
            Role.AUDITOR,
            Role.ANALYST,
            Role.SERVICE,
        )
    ),
]

router = APIRouter(prefix="/v1/orders", tags=["orders"])


@router.post("", status_code=201)
async def open_order(body: OrderIn, session: WriteSession, actor: OrderOpener, context: Ctx, once: Once) -> OrderDetail:
    """Under a number of the caller's own, or one that is given here. The same order pushed twice is one order."""
    kept = await once.seen(session)
    if kept is not None:
        return await service.order_detail(session, await service.find_order(session, UUID(kept), actor=actor))
    order = await service.open_order(session, body, context=context, actor=actor)
    await once.keep(session, str(order.id))
    return await service.order_detail(session, order)


@router.get("")
async def list_orders(
    session: ReadSession,
    actor: OrderReader,
    page: Page,
    number: OrderNumber | None = None,
    account: Account | None = None,
    state: OrderState | None = None,
    route: RouteCode | None = None,
    incident_id: Annotated[UUID | None, Query(description="The order that mirrors this incident")] = None,
    late: Annotated[bool | None, Query(description="Completed after their total was due")] = None,
) -> Items[OrderOut]:
    """Newest first."""
    wanted = {
        "number": number,
        "account": account,
        "state": state,
        "route": route,
        "incident_id": incident_id,
        "late": late,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    statement = service.visible(actor).filter_by(**given)
    return await paged(session, statement, page, Order.opened_at, Order.id, out=OrderOut, newest_first=True)


@router.get("/{order_id}")
async def get_order(order_id: UUID, session: ReadSession, actor: OrderReader) -> OrderDetail:
    return await service.order_detail(session, await service.find_order(session, order_id, actor=actor))


@router.post("/{order_id}/cancel")
async def cancel_order(
    order_id: UUID, body: OrderCancel, session: WriteSession, actor: OrderCanceller, context: Ctx
) -> OrderDetail:
    order = await service.find_order(session, order_id, actor=actor, lock=True)
    at = body.happened_at or context.clock.now()
    await service.cancel_order(session, order, at, context=context)
    return await service.order_detail(session, order)
