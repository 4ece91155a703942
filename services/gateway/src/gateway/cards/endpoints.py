"""The card of one customer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from gateway.cards import service
from gateway.cards.schemas import Card
from gateway.customers.schemas import AccountNumber
from gateway.parts.service import waiting_for
from gateway.upstreams.service import Services
from kit.auth import Actor, Role, allow
from kit.http import Ctx

router = APIRouter(prefix="/v1/customers", tags=["customers"])
READERS = (Role.AGENT, Role.DISPATCHER, Role.INTEGRATOR, Role.MANAGER, Role.OPERATOR, Role.UNIT_HEAD)
Reader = Annotated[Actor, Depends(allow(*READERS))]


@router.get("/{account}/card")
async def read_card(
    account: Annotated[AccountNumber, Path()],
    request: Request,
    upstreams: Services,
    context: Ctx,
    _: Reader,
) -> Card:
    """All that is known of a customer, each part as its owner shows it to the caller, missing parts named."""
    authorization = request.headers["authorization"]
    parts = await service.parts_of(upstreams, account, now=context.clock.now(), authorization=authorization)
    async with request.app.state.runtime.database.reading() as session:
        pending = await waiting_for(session, account)
    return Card(account=account, **parts, pending=pending)
