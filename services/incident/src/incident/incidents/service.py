"""Opening incidents, standing for their device, and ending their file."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from incident.crews.service import crews_units
from incident.incidents.causes import causes
from incident.incidents.lifecycle import OPEN, State, allowed, may_move
from incident.incidents.models import Estimate, Incident, IncidentCall
from incident.incidents.repair_unit import majority, repair_unit
from incident.interruptions import service as interruptions
from incident.network import service as network
from incident.prediction.reasons import Reason
from incident.supply_points import service as supply_points
from incident.timeline import service as timeline
from kit.auth import Actor
from kit.context import Context
from kit.contracts.incident import IncidentOpened, IncidentProgressed
from kit.errors import Conflict, Invalid, NotFound, WrongMove
from kit.events import emit
from kit.ids import new_id


class IncidentNotFound(NotFound):
    code = "incident_not_found"


class AlreadyRestoring(Conflict):
    code, title = "already_restoring", "Restoration has begun"


class NotConfirmed(Conflict):
    code, title = "not_confirmed", "No device is confirmed yet"


class UnknownCause(Invalid):
    code = "unknown_cause"


def recorder(actor: Actor) -> str:
    """Who stands in timelines: the employee number where there is one."""
    return actor.employee or actor.subject


async def incident(session: AsyncSession, incident_id: UUID, actor: Actor, *, lock: bool = False) -> Incident:
    """Raises IncidentNotFound, also for those outside the actor's unit."""
    statement = actor.scope(select(Incident).where(Incident.id == incident_id))
    found: Incident | None = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise IncidentNotFound(f"There is no incident {incident_id} in your unit.")
    return found


async def open_incident(
    session: AsyncSession,
    *,
    context: Context,
    by: str,
    began_at: datetime,
    fallback_unit: str,
    state: State = "reported",
    unit: str | None = None,
    area: str | None = None,
    device: str | None = None,
    loads: Collection[str] = (),
    priority: str = "normal",
    nature: str = "fault",
    reasons: Sequence[Reason] = (),
    note: str | None = None,
) -> Incident:
    """A new incident about these loads, announced; nobody counts as interrupted before a device is confirmed."""
    units, areas = await supply_points.customers_by_unit_and_area(session, loads, began_at)
    found_unit = unit or repair_unit(units, await crews_units(session))
    version = await network.current_version(session) if device else None
    opened = Incident(
        id=new_id(),
        unit=found_unit or fallback_unit,
        area=area or majority(areas) or "city",
        state=state,
        priority=priority,
        level="lv",
        nature=nature,
        device=device,
        network_id=version.id if version else None,
        reasons=[asdict(reason) for reason in reasons],
        customers_out=units.total(),
        cause=None,
        steps=0,
        began_at=began_at,
        opened_at=context.clock.now(),
    )
    session.add(opened)
    await session.flush()
    facts = {"state": state, "device": device, "customers": opened.customers_out, "priority": priority}
    record(session, opened, "opened", began_at, by, context, facts=facts, words=note)
    _announce_opened(session, opened)
    return opened


def _announce_opened(session: AsyncSession, opened: Incident) -> None:
    payload = IncidentOpened(
        incident_id=opened.id,
        number=opened.number,
        device=opened.device,
        area=opened.area,
        customers_out=opened.customers_out,
        began_at=opened.began_at,
    )
    announce(session, opened, payload, opened.opened_at)


def announce(session: AsyncSession, about: Incident, payload: Any, time: datetime) -> None:
    """Emits an event of this incident; all of them belong to one story."""
    emit(session, payload, subject=str(about.id), unit=about.unit, correlation=str(about.id), time=time)


def record(
    session: AsyncSession,
    about: Incident,
    kind: str,
    happened_at: datetime,
    by: str,
    context: Context,
    *,
    facts: dict[str, Any] | None = None,
    words: str | None = None,
) -> None:
    """An entry in the incident's timeline."""
    timeline.note(
        session,
        about.id,
        about.unit,
        kind,
        happened_at=happened_at,
        by=by,
        context=context,
        facts=facts,
        words=words,
    )


def move(
    session: AsyncSession,
    about: Incident,
    to: State,
    happened_at: datetime,
    by: str,
    context: Context,
    *,
    facts: dict[str, Any] | None = None,
    words: str | None = None,
) -> None:
    """Moves the incident, with its entry and its event; raises WrongMove where the table has no such move."""
    present: State = about.state
    if not may_move(present, to):
        raise WrongMove("incident", present, to, list(allowed(present)))
    about.state = to
    record(session, about, to, happened_at, by, context, facts=facts, words=words)
    if to != "restored":  # which has an event of its own
        payload = IncidentProgressed(incident_id=about.id, state=to, happened_at=happened_at)
        announce(session, about, payload, context.clock.now())


async def loads_behind(session: AsyncSession, device: str) -> frozenset[str]:
    """Loads that hang on this device alone, whether it is in or out now. Raises Invalid for an unknown one."""
    topology = await network.present_topology(session)
    network.check_devices(topology.network, [device], "/device")
    if device in topology.out:
        topology = type(topology)(topology.network, topology.out - {device})
    return topology.downstream(device)


async def confirm(
    session: AsyncSession,
    about: Incident,
    device: str,
    *,
    began_at: datetime,
    decided_at: datetime,
    level: str | None,
    note: str | None,
    context: Context,
    actor: Actor,
) -> None:
    """Stands for the device: it counts as out, and everybody behind it as interrupted since ``began_at``.

    Until restoration begins the decision may be taken again; then what it counted is taken back.
    """
    if about.steps or about.state not in OPEN:
        raise AlreadyRestoring(
            f"The incident is '{about.state}'; its device can be confirmed until the first step of restoration."
        )
    await network.lock_states(session)
    if about.confirmed_at is not None:
        await _take_back(session, about, decided_at, context, actor)
    loads = await loads_behind(session, device)
    overruled = about.device is not None and about.device != device
    facts = {"device": device, "predicted": about.device, "overruled": overruled, "loads": len(loads)}
    version = await network.current_version(session)
    about.network_id, about.device, about.began_at = version.id, device, began_at
    about.confirmed_at = context.clock.now()
    about.level = level or ("lv" if await _is_transformer_area(session, device) else "mv")
    await network.record_states(session, {device: False}, since=began_at, context=context, actor=actor)
    about.customers_out = await interruptions.begin(session, about.id, loads, began_at)
    if about.level == "mv":
        await interruptions.begin_units(session, about.id, loads, about.unit, began_at)
    by = recorder(actor)
    if may_move(about.state, "confirmed"):
        move(session, about, "confirmed", decided_at, by, context, facts=facts, words=note)
    else:
        record(session, about, "device_confirmed", decided_at, by, context, facts=facts, words=note)


async def _take_back(
    session: AsyncSession, about: Incident, decided_at: datetime, context: Context, actor: Actor
) -> None:
    """What was counted, and the device's state unless another open incident stands for it too."""
    await interruptions.withdraw(session, about.id)
    others = select(Incident.id).where(
        Incident.id != about.id,
        Incident.device == about.device,
        Incident.confirmed_at.is_not(None),
        Incident.state.in_(sorted(OPEN)),
    )
    if about.device is not None and await session.scalar(others.limit(1)) is None:
        states = {about.device: True}
        await network.record_states(session, states, since=decided_at, context=context, actor=actor)


async def _is_transformer_area(session: AsyncSession, device: str) -> bool:
    found = await network.device(session, device)
    return found.kind == "load" and found.type == "public_transformer"


async def cancel(
    session: AsyncSession, about: Incident, note: str, happened_at: datetime, context: Context, actor: Actor
) -> None:
    """There was no outage. Raises WrongMove once restoration has begun."""
    move(session, about, "cancelled", happened_at, recorder(actor), context, words=note)
    if about.confirmed_at is not None:
        await _take_back(session, about, happened_at, context, actor)


async def merge(session: AsyncSession, about: Incident, into: Incident, context: Context, actor: Actor) -> None:
    """Two incidents are one: calls and running interruptions go over to ``into``."""
    if about.id == into.id or not allowed(into.state) or into.state == "restored":
        raise Conflict(f"The incident {into.number} is '{into.state}' and cannot take another one in.")
    now = context.clock.now()
    about.merged_into = into.id
    move(session, about, "merged", now, recorder(actor), context, facts={"into": str(into.id)})
    await session.execute(update(IncidentCall).where(IncidentCall.incident_id == about.id).values(incident_id=into.id))
    await interruptions.hand_over(session, about.id, into.id)
    record(session, into, "took_in", now, recorder(actor), context, facts={"incident": str(about.id)})


def estimate(
    session: AsyncSession, about: Incident, restored_by: datetime, source: str, context: Context, actor: Actor
) -> Estimate:
    """A new estimate; the earlier ones stay."""
    now = context.clock.now()
    if about.state not in OPEN:
        raise Conflict(f"The incident {about.number} is '{about.state}': nobody waits for its end any more.")
    if restored_by < now:
        raise Invalid(f"It is {now.isoformat()} now: an estimate lies ahead.")
    made = Estimate(
        id=new_id(),
        incident_id=about.id,
        unit=about.unit,
        restored_by=restored_by,
        source=source,
        made_at=now,
        made_by=recorder(actor),
    )
    session.add(made)
    facts = {"restored_by": restored_by.isoformat(), "source": source}
    record(session, about, "estimated", now, recorder(actor), context, facts=facts)
    return made


def set_cause(
    session: AsyncSession, about: Incident, cause: str, happened_at: datetime, context: Context, actor: Actor
) -> None:
    """Raises UnknownCause that lists the codes."""
    if cause not in causes():
        raise UnknownCause(f"'{cause}' is no cause; there are {', '.join(causes())}.")
    if about.state in {"closed", "merged", "cancelled"}:
        raise Conflict(f"The incident is '{about.state}'; its cause stands.")
    about.cause = cause
    record(session, about, "cause", happened_at, recorder(actor), context, facts={"cause": cause})


def close(
    session: AsyncSession, about: Incident, happened_at: datetime, note: str | None, context: Context, actor: Actor
) -> None:
    """Ends the file of a restored incident whose cause is known."""
    if about.state == "restored" and about.cause is None:
        raise Conflict("The incident needs its cause before it is closed; 'unknown' is one.")
    about.closed_at = context.clock.now() if about.state == "restored" else about.closed_at
    move(session, about, "closed", happened_at, recorder(actor), context, words=note)
