"""From a call to an incident: danger alarms at once, what is known explains, the rest is predicted."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incident.calls.models import TroubleCall
from incident.incidents import service as incidents
from incident.incidents.lifecycle import OPEN, UNCONFIRMED
from incident.incidents.models import Incident, IncidentCall
from incident.interruptions import service as interruptions
from incident.network import service as network
from incident.network.topology import Topology
from incident.prediction.device import Prediction, predict
from incident.prediction.grouping import Belongs, Known, incident_of
from incident.prediction.reasons import Reason
from incident.supply_points import service as supply_points
from incident.timeline.service import SYSTEM
from kit.context import Context
from kit.telemetry.logs import logger

WITHOUT_SUPPLY = frozenset({"no_supply", "part_supply"})
RECENT = timedelta(days=3)
log = logger("incident.triage")


async def understand(session: AsyncSession, call_id: UUID, context: Context) -> None:
    """Gives the call to an incident, a new one if need be. A call that has one keeps it."""
    call = await session.get(TroubleCall, call_id)
    if call is None or await session.get(IncidentCall, call_id) is not None:
        return
    if call.danger:
        await _alarm(session, call, context)
    elif call.symptom in WITHOUT_SUPPLY and call.load is not None:
        await _explain(session, call, call.load, context)
    else:
        await _open_for(session, call, _needs_a_person(call), context)


async def _alarm(session: AsyncSession, call: TroubleCall, context: Context) -> None:
    """No prediction: an incident with priority is there at once, the known one or a new one, and says why."""
    sentence = f"The caller named a danger ({', '.join(call.dangers)}): a person decides, nothing is predicted."
    reason = Reason("danger", sentence, {"dangers": ", ".join(call.dangers)})
    log.warning("alarm", call=str(call.id), dangers=call.dangers)
    known = [one for one in await _known(session, context) if call.load in one.out]
    if known:
        about = await session.get_one(Incident, known[0].incident_id, with_for_update=True)
        about.priority = "danger"
        _join(session, about, call, reason, context)
    else:
        about = await _open_for(session, call, reason, context, priority="danger")
    facts = {"call": str(call.id), "dangers": call.dangers}
    incidents.record(session, about, "alarm", call.happened_at, SYSTEM, context, facts=facts)


async def _open_for(
    session: AsyncSession, call: TroubleCall, reason: Reason, context: Context, *, priority: str = "normal"
) -> Incident:
    opened = await incidents.open_incident(
        session,
        context=context,
        by=SYSTEM,
        began_at=call.happened_at,
        fallback_unit=call.unit,
        loads=[call.load] if call.load else [],
        priority=priority,
        nature="fault" if call.symptom in WITHOUT_SUPPLY or call.danger else "disturbance",
        reasons=[reason],
    )
    if not call.load:
        opened.customers_out = 0
    _join(session, opened, call, reason, context)
    return opened


def _needs_a_person(call: TroubleCall) -> Reason:
    if call.symptom not in WITHOUT_SUPPLY:
        sentence = f"'{call.symptom}' is no outage: the call stands alone."
        return Reason("no_outage", sentence, {"symptom": call.symptom})
    return Reason("place_unknown", "The network does not know where the caller is supplied: a person has to look.")


async def _explain(session: AsyncSession, call: TroubleCall, load: str, context: Context) -> None:
    topology = await network.present_topology(session)
    customers = await supply_points.customers_by_load(session, context.clock.now())
    known = await _known(session, context)
    found = incident_of(topology, load, call.happened_at, known, customers)
    about = await session.get(Incident, found.incident_id, with_for_update=True) if found else None
    if found is None or about is None or about.state not in OPEN:
        await _open_for(session, call, _alone(topology, load), context)
        return
    _join(session, about, call, found.reason, context)
    if found.prediction is not None and about.state in UNCONFIRMED:
        await _take_prediction(session, about, found, topology, context)


def _alone(topology: Topology, load: str) -> Reason:
    """One call does not make an outage of the network; the first thought is kept beside it."""
    thought = predict(topology, [load], {})
    sentence = f"A single call from {load}: perhaps the customer's own installation. {thought.reasons[-1].sentence}"
    return Reason("single_call", sentence, {"load": load})


async def _known(session: AsyncSession, context: Context) -> list[Known]:
    """Open incidents that could explain a call, oldest first."""
    since = context.clock.now() - RECENT
    statement = select(Incident).where(
        Incident.state.in_(sorted(OPEN)),
        Incident.nature == "fault",
        Incident.began_at >= since,
    )
    found = (await session.scalars(statement.order_by(Incident.id))).all()
    return [await _as_known(session, about) for about in found]


async def _as_known(session: AsyncSession, about: Incident) -> Known:
    callers = await _callers(session, about.id)
    if about.confirmed_at is not None:
        out = frozenset(await interruptions.running_loads(session, about.id))
    elif about.device is not None:
        out = await incidents.loads_behind(session, about.device)
    else:
        out = frozenset(callers)
    return Known(
        about.id,
        fixed=about.state not in UNCONFIRMED or about.priority == "danger",
        last_call_at=await _last_call(session, about.id) or about.began_at,
        calls=callers,
        out=out,
    )


async def _last_call(session: AsyncSession, incident_id: UUID) -> datetime | None:
    found: datetime | None = await session.scalar(
        select(func.max(TroubleCall.happened_at))
        .join(IncidentCall, IncidentCall.call_id == TroubleCall.id)
        .where(IncidentCall.incident_id == incident_id)
    )
    return found


async def _callers(session: AsyncSession, incident_id: UUID) -> tuple[str, ...]:
    """The load of each caller; who calls twice is one caller."""
    statement = (
        select(TroubleCall.id, TroubleCall.account, TroubleCall.load)
        .join(IncidentCall, IncidentCall.call_id == TroubleCall.id)
        .where(IncidentCall.incident_id == incident_id, TroubleCall.load.is_not(None))
    )
    rows = await session.execute(statement)
    return tuple({row.account or str(row.id): str(row.load) for row in rows}.values())


def _join(session: AsyncSession, about: Incident, call: TroubleCall, reason: Reason, context: Context) -> None:
    joined = IncidentCall(call_id=call.id, incident_id=about.id, reason=asdict(reason), joined_at=context.clock.now())
    session.add(joined)
    facts = {"call": str(call.id), "reason": reason.code}
    incidents.record(session, about, "call_joined", call.happened_at, SYSTEM, context, facts=facts)
    about.began_at = min(about.began_at, call.happened_at) if about.confirmed_at is None else about.began_at


async def _take_prediction(
    session: AsyncSession, about: Incident, found: Belongs, topology: Topology, context: Context
) -> None:
    """The prediction of all its callers together becomes the incident's; a confirmed device is never touched."""
    await session.flush()
    callers = await _callers(session, about.id)
    customers = await supply_points.customers_by_load(session, context.clock.now())
    prediction = predict(topology, callers, customers) if len(callers) > 1 else None
    if prediction is None or prediction.device is None:
        return
    changed = prediction.device != about.device
    about.reasons = [asdict(reason) for reason in (found.reason, *prediction.reasons)]
    about.customers_out = sum(customers.get(load, 0) for load in topology.downstream(prediction.device))
    about.device = prediction.device
    about.network_id = (await network.current_version(session)).id
    if changed:
        _tell(session, about, prediction, callers, context)


def _tell(
    session: AsyncSession, about: Incident, prediction: Prediction, callers: Sequence[str], context: Context
) -> None:
    facts = {
        "device": prediction.device,
        "callers": len(callers),
        "customers": about.customers_out,
        "why": [reason.sentence for reason in prediction.reasons],
    }
    now = context.clock.now()
    if about.state == "predicted":
        incidents.record(session, about, "predicted_anew", now, SYSTEM, context, facts=facts)
    else:
        incidents.move(session, about, "predicted", now, SYSTEM, context, facts=facts)
