"""What dispatchers and crews do on the way to restoration."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import select

from incident.crews.models import Crew
from incident.incidents import service as incidents
from incident.incidents.endpoints import READERS
from incident.network.service import not_in_the_future
from incident.response import service
from incident.response.models import Dispatch
from incident.response.schemas import DispatchIn, DispatchShown, MoveDone, MoveIn, Reported, ReportIn
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.idempotency import Once
from kit.paging import Items, Page, paged

router = APIRouter(prefix="/v1/incidents/{incident_id}", tags=["incidents"])

Dispatcher = Annotated[Actor, Depends(allow(Role.DISPATCHER))]
Reporter = Annotated[Actor, Depends(allow(Role.DISPATCHER, Role.CREW))]
Reader = Annotated[Actor, Depends(allow(*READERS))]


@router.post("/dispatches", status_code=201)
async def dispatch_crew(
    session: WriteSession, context: Ctx, actor: Dispatcher, once: Once, incident_id: UUID, sent: DispatchIn
) -> DispatchShown:
    about = await incidents.incident(session, incident_id, actor, lock=True)
    if kept := await once.seen(session):
        dispatch = await session.get_one(Dispatch, UUID(kept))
    else:
        happened_at = not_in_the_future(sent.happened_at, context)
        dispatch = await service.send_crew(session, about, sent.crew, happened_at, context, actor)
        await once.keep(session, str(dispatch.id))
    return DispatchShown(
        id=dispatch.id,
        crew=sent.crew,
        dispatched_at=dispatch.dispatched_at,
        dispatched_by=dispatch.dispatched_by,
    )


@router.get("/dispatches")
async def list_dispatches(session: ReadSession, actor: Reader, page: Page, incident_id: UUID) -> Items[DispatchShown]:
    await incidents.incident(session, incident_id, actor)
    statement: Any = (
        select(Dispatch.id, Dispatch.dispatched_at, Dispatch.dispatched_by, Crew.code.label("crew"))
        .join(Crew, Crew.id == Dispatch.crew_id)
        .where(Dispatch.incident_id == incident_id)
    )
    return await paged(session, statement, page, Dispatch.id, out=DispatchShown)


@router.post("/moves")
async def move_incident(
    session: WriteSession, context: Ctx, actor: Reporter, once: Once, incident_id: UUID, sent: MoveIn
) -> MoveDone:
    """En route, arrived, isolating. A report that comes late keeps its own time and moves nothing back."""
    about = await incidents.incident(session, incident_id, actor, lock=True)
    if kept := await once.seen(session):
        return MoveDone(state=about.state, late=kept == "late")
    happened_at = not_in_the_future(sent.happened_at, context)
    late = service.report_move(session, about, sent.to, happened_at, sent.note, context, actor)
    await once.keep(session, "late" if late else "moved")
    return MoveDone(state=about.state, late=late)


@router.post("/reports", status_code=201)
async def report_from_field(
    session: WriteSession, context: Ctx, actor: Reporter, once: Once, incident_id: UUID, sent: ReportIn
) -> Reported:
    """A crew's "done" restores nobody: the dispatcher's confirmed step does."""
    about = await incidents.incident(session, incident_id, actor, lock=True)
    if await once.seen(session) is None:
        happened_at = not_in_the_future(sent.happened_at, context)
        service.report(session, about, sent.kind, happened_at, sent.note, context, actor)
        await once.keep(session, str(about.id))
    return Reported(state=about.state, awaiting_confirmation=sent.kind in {"done", "step_ready"})
