"""Steps of restoration and the interruptions of an incident."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import select

from incident.fields import NOT_AN_ORDER
from incident.incidents import service as incidents
from incident.incidents.endpoints import READERS
from incident.interruptions import service as interruptions
from incident.interruptions.models import Interruption
from incident.network.service import not_in_the_future
from incident.restoration import service
from incident.restoration.models import RestorationStep
from incident.restoration.schemas import InterruptionShown, StepDone, StepIn, StepShown
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.idempotency import Once
from kit.paging import Items, Page, paged

router = APIRouter(prefix="/v1/incidents/{incident_id}", tags=["incidents"])

Dispatcher = Annotated[Actor, Depends(allow(Role.DISPATCHER))]
Reader = Annotated[Actor, Depends(allow(*READERS))]


@router.post("/steps", status_code=201, max_body_size=1024**2)
async def confirm_step(
    session: WriteSession, context: Ctx, actor: Dispatcher, once: Once, incident_id: UUID, sent: StepIn
) -> StepDone:
    about = await incidents.incident(session, incident_id, actor, lock=True)
    happened_at = not_in_the_future(sent.happened_at, context)
    outcome = service.Outcome()
    if kept := await once.seen(session):
        step = await session.get_one(RestorationStep, (incident_id, int(kept)))
    else:
        step, outcome = await service.confirm_step(session, about, sent, happened_at, context, actor)
        await once.keep(session, str(step.number))
    return StepDone(
        **StepShown.model_validate(step).model_dump(),
        state=about.state,
        customers_still_out=await interruptions.running(session, incident_id),
        handed_over=outcome.handed_over,
        caution=NOT_AN_ORDER,
    )


@router.get("/steps")
async def list_steps(session: ReadSession, actor: Reader, page: Page, incident_id: UUID) -> Items[StepShown]:
    await incidents.incident(session, incident_id, actor)
    statement = actor.scope(select(RestorationStep).where(RestorationStep.incident_id == incident_id))
    return await paged(session, statement, page, RestorationStep.number, out=StepShown)


@router.get("/interruptions")
async def list_interruptions(
    session: ReadSession, actor: Reader, page: Page, incident_id: UUID
) -> Items[InterruptionShown]:
    """One row per customer and interruption, of the customers in the caller's unit."""
    statement = actor.scope(select(Interruption).where(Interruption.incident_id == incident_id))
    return await paged(session, statement, page, Interruption.account, Interruption.id, out=InterruptionShown)
