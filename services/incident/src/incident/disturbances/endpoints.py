"""``/v1/reliability/disturbances``: voltage dips (晃电), as monitors and fault records tell of them."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import select

from incident.disturbances import service
from incident.disturbances.models import Disturbance
from incident.disturbances.schemas import DisturbanceShown, DisturbancesIn, DisturbancesTaken
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.paging import Items, Page, paged

router = APIRouter(prefix="/v1/reliability/disturbances", tags=["reliability"])

MANY_LIMIT = 4 * 1024**2
Sender = Annotated[Actor, Depends(allow(Role.INTEGRATOR, Role.DISPATCHER, Role.SERVICE))]
Reader = Annotated[
    Actor,
    Depends(
        allow(
            Role.DISPATCHER,
            Role.OPERATOR,
            Role.INTEGRATOR,
            Role.MANAGER,
            Role.UNIT_HEAD,
            Role.LEADER,
            Role.ANALYST,
            Role.AUDITOR,
            Role.SERVICE,
        )
    ),
]


@router.post("", max_body_size=MANY_LIMIT)
async def record_disturbances(
    session: WriteSession, context: Ctx, actor: Sender, sent: DisturbancesIn
) -> DisturbancesTaken:
    """Up to 100 at once, all or none; the same under the sender's number changes nothing, another under it is refused.

    Each customer hit is announced: survey joins dips with what customers say.
    """
    return DisturbancesTaken(items=await service.take(session, sent.items, context=context, actor=actor))


@router.get("")
async def list_disturbances(session: ReadSession, actor: Reader, page: Page) -> Items[DisturbanceShown]:
    """Oldest first; of one's own units."""
    statement = actor.scope(select(Disturbance))
    return await paged(session, statement, page, Disturbance.happened_at, Disturbance.id, out=DisturbanceShown)
