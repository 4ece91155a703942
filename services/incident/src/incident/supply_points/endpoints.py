"""``/v1/network/supply-points``: taken from the customer-service system, idempotent by its version."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from sqlalchemy import select

from incident.fields import NOT_AN_ORDER, AccountNumber
from incident.network import service as network
from incident.supply_points import service
from incident.supply_points.models import SupplyPoint
from incident.supply_points.schemas import (
    SupplyPointDetail,
    SupplyPointIn,
    SupplyPointOfMany,
    SupplyPointShown,
    SupplyPointsIn,
    Taken,
    TakenMany,
)
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.paging import Items, Page, paged

router = APIRouter(prefix="/v1/network/supply-points", tags=["network"])

MANY_LIMIT = 4 * 1024**2

Sender = Annotated[Actor, Depends(allow(Role.INTEGRATOR, Role.OPERATOR, Role.SERVICE))]
CALLERS = (Role.AGENT, Role.DISPATCHER, Role.OPERATOR, Role.SERVICE)
Reader = Annotated[
    Actor,
    Depends(allow(*CALLERS, Role.INTEGRATOR, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.ANALYST)),
]
Account = Annotated[AccountNumber, Path()]


@router.put("/{account}", responses={201: {"model": Taken}})
async def put_supply_point(
    session: WriteSession, context: Ctx, actor: Sender, response: Response, account: Account, sent: SupplyPointIn
) -> Taken:
    """Keeps the supply point unless a version as new is known; may come twice, late or out of order."""
    point = SupplyPointOfMany(account=account, **sent.model_dump())
    (taken,) = await service.take(session, [point], context=context, actor=actor)
    response.status_code = 201 if taken.outcome == "created" else 200
    return taken


@router.post("", max_body_size=MANY_LIMIT)
async def put_supply_points(session: WriteSession, context: Ctx, actor: Sender, sent: SupplyPointsIn) -> TakenMany:
    """Up to 1000 supply points at once, each as by ``PUT``: all of them, or none and every fault."""
    return TakenMany(items=await service.take(session, sent.items, context=context, actor=actor))


@router.get("/{account}", description=f"One supply point. {NOT_AN_ORDER}")
async def get_supply_point(session: ReadSession, context: Ctx, actor: Reader, account: Account) -> SupplyPointDetail:
    point = await service.supply_point(session, account, actor)
    has_supply = None
    if point.load is not None:
        has_supply = point.load in (await network.present_topology(session)).supplied_loads
    return SupplyPointDetail(
        **SupplyPointShown.model_validate(point).model_dump(),
        phone=service.phone_of(point, context) if actor.has(*CALLERS) else None,
        has_supply=has_supply,
    )


@router.get("")
async def list_supply_points(
    session: ReadSession, actor: Reader, page: Page, load: Annotated[str | None, Query(max_length=100)] = None
) -> Items[SupplyPointShown]:
    statement = actor.scope(select(SupplyPoint))
    if load is not None:
        statement = statement.where(SupplyPoint.load == load)
    return await paged(session, statement, page, SupplyPoint.account, out=SupplyPointShown)
