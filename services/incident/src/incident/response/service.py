"""Sending crews and taking their reports."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from incident.crews.service import active_crew
from incident.incidents import service as incidents
from incident.incidents.lifecycle import State
from incident.incidents.models import Incident
from incident.response.models import Dispatch
from incident.response.progress import is_late
from kit.auth import Actor
from kit.context import Context
from kit.contracts.incident import IncidentProgressed
from kit.ids import new_id


async def send_crew(
    session: AsyncSession, about: Incident, crew_code: str, happened_at: datetime, context: Context, actor: Actor
) -> Dispatch:
    """The first crew moves the incident; further ones, once work has begun, only join. Raises WrongMove."""
    crew = await active_crew(session, crew_code)
    by = incidents.recorder(actor)
    sent = Dispatch(
        id=new_id(),
        incident_id=about.id,
        crew_id=crew.id,
        unit=about.unit,
        dispatched_at=happened_at,
        dispatched_by=by,
    )
    session.add(sent)
    facts = {"crew": crew.code}
    if about.state in {"dispatched", "en_route", "arrived", "isolating", "restoring"}:
        incidents.record(session, about, "crew_joined", happened_at, by, context, facts=facts)
    else:
        incidents.move(session, about, "dispatched", happened_at, by, context, facts=facts)
    return sent


def report_move(
    session: AsyncSession,
    about: Incident,
    to: State,
    happened_at: datetime,
    note: str | None,
    context: Context,
    actor: Actor,
) -> bool:
    """Whether the report came late. Raises WrongMove where it is impossible rather than late."""
    by = incidents.recorder(actor)
    late = is_late(about.state, to)
    if late:
        incidents.record(session, about, to, happened_at, by, context, facts={"late": True}, words=note)
        payload = IncidentProgressed(incident_id=about.id, state=to, happened_at=happened_at)
        incidents.announce(session, about, payload, context.clock.now())
    else:
        incidents.move(session, about, to, happened_at, by, context, words=note)
    return late


def report(
    session: AsyncSession,
    about: Incident,
    kind: str,
    happened_at: datetime,
    note: str | None,
    context: Context,
    actor: Actor,
) -> None:
    """A crew's word in the timeline. It moves nothing and restores nobody."""
    by = incidents.recorder(actor)
    incidents.record(session, about, f"reported_{kind}", happened_at, by, context, words=note)
