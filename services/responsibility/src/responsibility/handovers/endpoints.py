"""Handovers over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.errors import Forbidden
from kit.http import Ctx
from kit.paging import Items, Page, paged
from responsibility.duties.schemas import SubProcessCode
from responsibility.handovers import service
from responsibility.handovers.models import Handover
from responsibility.handovers.schemas import Accept, Handed, HandOver, HandoverOut, Return
from responsibility.orders.lifecycle import HandoverState
from responsibility.stages.service import Work, stage_detail, take

HandoverWorker = Annotated[
    Actor, Depends(allow(Role.INTEGRATOR, Role.OPERATOR, Role.AGENT, Role.EMPLOYEE, Role.CREW, Role.MANAGER))
]
HandoverReader = Annotated[
    Actor,
    Depends(
        allow(
            Role.INTEGRATOR,
            Role.OPERATOR,
            Role.AGENT,
            Role.EMPLOYEE,
            Role.CREW,
            Role.MANAGER,
            Role.UNIT_HEAD,
            Role.LEADER,
            Role.AUDITOR,
            Role.ANALYST,
        )
    ),
]
SubProcess = Annotated[SubProcessCode, Path()]

router = APIRouter(prefix="/v1", tags=["handovers"])


async def _handed(session: AsyncSession, work: Work, handovers: list[Handover]) -> Handed:
    shown = [HandoverOut.model_validate(h, from_attributes=True) for h in handovers]
    return Handed(stage=await stage_detail(session, work.stage), handovers=shown)


@router.post("/orders/{order_id}/stages/{sub_process}/hand-over")
async def hand_over_stage(
    order_id: UUID, sub_process: SubProcess, body: HandOver, session: WriteSession, actor: HandoverWorker, context: Ctx
) -> Handed:
    """Offers the order to the next post; the last stage completes it. 409 while a gate checkpoint is open."""
    work = await take(session, order_id, sub_process, body.by, context=context, actor=actor)
    return await _handed(session, work, await service.hand_over(session, work, body, context=context))


@router.post("/orders/{order_id}/stages/{sub_process}/accept")
async def accept_handover(
    order_id: UUID, sub_process: SubProcess, body: Accept, session: WriteSession, actor: HandoverWorker, context: Ctx
) -> Handed:
    """Takes on what is offered to this stage. 409 while a hard gate is closed."""
    work = await take(session, order_id, sub_process, body.by, context=context, actor=actor)
    return await _handed(session, work, await service.accept(session, work, body, context=context))


@router.post("/orders/{order_id}/stages/{sub_process}/return")
async def return_handover(
    order_id: UUID, sub_process: SubProcess, body: Return, session: WriteSession, actor: HandoverWorker, context: Ctx
) -> Handed:
    """Gives back what is offered to this stage, with the checkpoint that had not been met and a reason."""
    work = await take(session, order_id, sub_process, body.by, context=context, actor=actor)
    return await _handed(session, work, await service.give_back(session, work, body, context=context))


@router.get("/handovers")
async def list_handovers(
    session: ReadSession,
    actor: HandoverReader,
    page: Page,
    context: Ctx,
    state: HandoverState | None = None,
    order: UUID | None = None,
    mine: Annotated[bool, Query(description="Only those to the posts that I hold now")] = False,
) -> Items[HandoverOut]:
    """Newest first, in the actor's units."""
    statement = service.scoped(actor)
    if mine:
        if actor.employee is None:
            raise Forbidden("'mine' is for employees; this account has no employee number.")
        statement = actor.scope(await service.for_posts_of(session, actor.employee, context=context))
    if state is not None:
        statement = statement.where(Handover.state == state)
    if order is not None:
        statement = statement.where(Handover.order_id == order)
    return await paged(session, statement, page, Handover.offered_at, Handover.id, out=HandoverOut, newest_first=True)
