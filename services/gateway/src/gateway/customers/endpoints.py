"""Customers, as the customer-service system pushes them: each owner gets its part."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from sqlalchemy import select

from gateway.customers.schemas import AccountNumber, Customer, CustomerOfMany, Customers, Pending, Taken, TakenMany
from gateway.customers.service import FanOut
from gateway.parts.models import PendingPart
from gateway.upstreams.service import Services
from kit.auth import Actor, Role, allow
from kit.db import ReadSession
from kit.http import Ctx
from kit.paging import Items, Page, paged

router = APIRouter(prefix="/v1/customers", tags=["customers"])
MANY_LIMIT = 4 * 1024**2

Sender = Annotated[Actor, Depends(allow(Role.INTEGRATOR))]
Keeper = Annotated[Actor, Depends(allow(Role.INTEGRATOR, Role.OPERATOR))]
Account = Annotated[AccountNumber, Path()]


async def _fan_out(request: Request, upstreams: Services, context: Ctx, actor: Sender) -> FanOut:
    database = request.app.state.runtime.database
    return FanOut(upstreams, database, context.keyring, actor, request.headers["authorization"])


Pushed = Annotated[FanOut, Depends(_fan_out)]


@router.put("/{account}", responses={202: {"model": Taken, "description": "Some parts are still to be taken"}})
async def put_customer(account: Account, body: Customer, response: Response, pushed: Pushed, _: Sender) -> Taken:
    """Idempotent by ``source_version``; may come twice, late or out of order."""
    taken = await pushed.one(CustomerOfMany(account=account, **body.model_dump()))
    response.status_code = 202 if taken.pending else 200
    return taken


@router.post("/import", max_body_size=MANY_LIMIT)
async def import_customers(body: Customers, pushed: Pushed, _: Sender) -> TakenMany:
    """Up to 1000 customers at once, each as by ``PUT``; a fault in any is a fault of all."""
    return TakenMany(items=await pushed.many(body.items))


@router.get("/pending")
async def list_pending(session: ReadSession, page: Page, actor: Keeper) -> Items[Pending]:
    """Parts of customers that wait for their owners, oldest first."""
    return await paged(session, actor.scope(select(PendingPart)), page, PendingPart.id, out=Pending)
