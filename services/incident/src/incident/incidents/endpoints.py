"""``/v1/incidents``: opened, decided on, watched, closed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select

from incident.calls.models import TroubleCall
from incident.fields import NOT_AN_ORDER
from incident.incidents import service
from incident.incidents.causes import causes
from incident.incidents.lifecycle import OPEN, State, allowed
from incident.incidents.models import Estimate, Incident, IncidentCall
from incident.incidents.schemas import (
    CallShown,
    Cancellation,
    CauseIn,
    CauseShown,
    CausesShown,
    Closure,
    Confirmation,
    EstimateIn,
    EstimateShown,
    IncidentDetail,
    IncidentIn,
    IncidentShown,
    Merger,
    TimelineRow,
    TimelineShown,
)
from incident.interruptions import service as interruptions
from incident.interruptions.models import Interruption
from incident.network.service import not_in_the_future
from incident.prediction.reasons import Reason
from incident.timeline.models import TimelineEntry
from incident.timeline.service import words_of
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.idempotency import Once
from kit.paging import Items, Page, paged

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])

Dispatcher = Annotated[Actor, Depends(allow(Role.DISPATCHER))]
Reporter = Annotated[Actor, Depends(allow(Role.DISPATCHER, Role.CREW))]
READERS = (
    Role.AGENT,
    Role.DISPATCHER,
    Role.OPERATOR,
    Role.CREW,
    Role.MANAGER,
    Role.UNIT_HEAD,
    Role.LEADER,
    Role.ANALYST,
    Role.INTEGRATOR,
    Role.SERVICE,
)
Reader = Annotated[Actor, Depends(allow(*READERS))]
Insider = Annotated[Actor, Depends(allow(Role.AGENT, Role.DISPATCHER, Role.CREW, Role.UNIT_HEAD, Role.MANAGER))]


@router.post("", status_code=201, description=f"Opens an incident at a device that is out. {NOT_AN_ORDER}")
async def open_incident(
    session: WriteSession, context: Ctx, actor: Dispatcher, once: Once, sent: IncidentIn
) -> IncidentDetail:
    if kept := await once.seen(session):
        return await _detail(session, await service.incident(session, UUID(kept), actor))
    began_at = not_in_the_future(sent.began_at, context)
    reason = Reason("dispatcher", f"A dispatcher reported {sent.device} to be out.", {"device": sent.device})
    opened = await service.open_incident(
        session,
        context=context,
        by=service.recorder(actor),
        began_at=began_at,
        fallback_unit=actor.unit,
        unit=sent.unit,
        area=sent.area,
        device=sent.device,
        loads=await service.loads_behind(session, sent.device),
        priority=sent.priority,
        reasons=[reason],
        note=sent.note,
    )
    await _confirm(session, context, actor, opened, Confirmation(device=sent.device, level=sent.level))
    await once.keep(session, str(opened.id))
    return await _detail(session, opened)


@router.get("")
async def list_incidents(
    session: ReadSession,
    actor: Reader,
    page: Page,
    state: Annotated[list[State] | None, Query()] = None,
    account: Annotated[str | None, Query(max_length=32, description="Those that interrupted this account")] = None,
    call: Annotated[UUID | None, Query(description="The one that explains this call")] = None,
    *,
    open_only: Annotated[bool, Query(alias="open", description="Only those with somebody still to restore")] = False,
) -> Items[IncidentShown]:
    """Newest first. By ``account``, the account's own unit decides what may be seen, not the repairing unit."""
    statement = actor.scope(select(Incident))
    if account is not None:
        hit = actor.scope(select(Interruption.incident_id).where(Interruption.account == account))
        if open_only:
            hit = hit.where(Interruption.ended_at.is_(None))
        statement = select(Incident).where(Incident.id.in_(hit))
    if call is not None:
        explained = select(IncidentCall.incident_id).where(IncidentCall.call_id == call)
        statement = statement.where(Incident.id.in_(explained))
    if state:
        statement = statement.where(Incident.state.in_(state))
    if open_only:
        statement = statement.where(Incident.state.in_(sorted(OPEN)))
    return await paged(session, statement, page, Incident.id, out=IncidentShown, newest_first=True)


@router.get("/causes")
async def list_causes(_: Reader) -> CausesShown:
    return CausesShown(items=[CauseShown(**cause._asdict()) for cause in causes().values()])


@router.get("/{incident_id}", description=f"One incident. {NOT_AN_ORDER}")
async def get_incident(session: ReadSession, actor: Reader, incident_id: UUID) -> IncidentDetail:
    return await _detail(session, await service.incident(session, incident_id, actor))


@router.post("/{incident_id}/confirmation", description=f"Stands for the device that is out. {NOT_AN_ORDER}")
async def confirm_device(
    session: WriteSession, context: Ctx, actor: Dispatcher, incident_id: UUID, sent: Confirmation
) -> IncidentDetail:
    about = await service.incident(session, incident_id, actor, lock=True)
    await _confirm(session, context, actor, about, sent)
    return await _detail(session, about)


@router.post("/{incident_id}/cancellation")
async def cancel_incident(
    session: WriteSession, context: Ctx, actor: Dispatcher, incident_id: UUID, sent: Cancellation
) -> IncidentDetail:
    """There was no outage: what was counted is taken back, the timeline stays."""
    about = await service.incident(session, incident_id, actor, lock=True)
    await service.cancel(session, about, sent.note, not_in_the_future(sent.happened_at, context), context, actor)
    return await _detail(session, about)


@router.post("/{incident_id}/merger")
async def merge_incident(
    session: WriteSession, context: Ctx, actor: Dispatcher, incident_id: UUID, sent: Merger
) -> IncidentDetail:
    """This incident and another are one: its calls and customers go over to the other."""
    first, second = sorted([incident_id, sent.into])  # always the same order of locks
    locked = {one: await service.incident(session, one, actor, lock=True) for one in (first, second)}
    await service.merge(session, locked[incident_id], locked[sent.into], context, actor)
    return await _detail(session, locked[incident_id])


@router.post("/{incident_id}/estimates", status_code=201)
async def estimate_restoration(
    session: WriteSession, context: Ctx, actor: Reporter, incident_id: UUID, sent: EstimateIn
) -> EstimateShown:
    about = await service.incident(session, incident_id, actor, lock=True)
    made = service.estimate(session, about, sent.restored_by, sent.source, context, actor)
    return EstimateShown.model_validate(made)


@router.put("/{incident_id}/cause")
async def set_incident_cause(
    session: WriteSession, context: Ctx, actor: Reporter, incident_id: UUID, sent: CauseIn
) -> IncidentDetail:
    about = await service.incident(session, incident_id, actor, lock=True)
    service.set_cause(session, about, sent.cause, not_in_the_future(sent.happened_at, context), context, actor)
    return await _detail(session, about)


@router.post("/{incident_id}/closure")
async def close_incident(
    session: WriteSession, context: Ctx, actor: Dispatcher, incident_id: UUID, sent: Closure
) -> IncidentDetail:
    """Ends the file of a restored incident; its cause must be known."""
    about = await service.incident(session, incident_id, actor, lock=True)
    happened_at = not_in_the_future(sent.happened_at, context)
    if sent.cause is not None and sent.cause != about.cause:
        service.set_cause(session, about, sent.cause, happened_at, context, actor)
    service.close(session, about, happened_at, sent.note, context, actor)
    return await _detail(session, about)


@router.get("/{incident_id}/timeline")
async def list_timeline(
    session: ReadSession, context: Ctx, actor: Insider, page: Page, incident_id: UUID
) -> Items[TimelineShown]:
    """In the order in which things happened."""
    await service.incident(session, incident_id, actor)
    statement = actor.scope(select(TimelineEntry).where(TimelineEntry.incident_id == incident_id))
    keys = (TimelineEntry.happened_at, TimelineEntry.id)
    rows = await paged(session, statement, page, *keys, out=TimelineRow)
    shown = [TimelineShown(**row.plain(), note=words_of(row.id, row.note, context)) for row in rows.items]
    return Items[TimelineShown](items=shown, next=rows.next)


@router.get("/{incident_id}/calls")
async def list_incident_calls(session: ReadSession, actor: Insider, page: Page, incident_id: UUID) -> Items[CallShown]:
    """The calls that it explains, with the reason of each."""
    await service.incident(session, incident_id, actor)
    columns = (TroubleCall.account, TroubleCall.load, TroubleCall.danger, TroubleCall.happened_at)
    statement = (
        select(IncidentCall.call_id, IncidentCall.reason, *columns)
        .join(TroubleCall, TroubleCall.id == IncidentCall.call_id)
        .where(IncidentCall.incident_id == incident_id)
    )
    return await paged(session, statement, page, IncidentCall.call_id, out=CallShown)


async def _confirm(session: WriteSession, context: Ctx, actor: Actor, about: Incident, sent: Confirmation) -> None:
    await service.confirm(
        session,
        about,
        sent.device,
        began_at=not_in_the_future(sent.began_at or about.began_at, context),
        decided_at=not_in_the_future(sent.happened_at, context),
        level=sent.level,
        note=sent.note,
        context=context,
        actor=actor,
    )


async def _detail(session: ReadSession, about: Incident) -> IncidentDetail:
    await session.flush()
    newest_first = select(Estimate).where(Estimate.incident_id == about.id).order_by(Estimate.id.desc())
    estimates = [EstimateShown.model_validate(row) for row in await session.scalars(newest_first)]
    return IncidentDetail(
        **IncidentShown.model_validate(about).model_dump(),
        customers_still_out=await interruptions.running(session, about.id),
        estimate=estimates[0] if estimates else None,
        estimates=estimates,
        moves=list(allowed(about.state)),
    )
