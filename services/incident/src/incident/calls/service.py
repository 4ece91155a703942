"""Taking trouble calls: stored and answered at once; what they mean is found out afterwards, by the event."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from incident.calls.danger import dangers, lexicon
from incident.calls.models import TroubleCall
from incident.calls.schemas import TroubleCallIn
from incident.network import service as network
from incident.supply_points import service as supply_points
from kit.auth import Actor
from kit.context import Context
from kit.contracts.incident import TroubleCallReceived
from kit.errors import Conflict, Invalid, NotFound
from kit.events import emit
from kit.telemetry.logs import logger

log = logger("incident.calls")


class CallNotFound(NotFound):
    code = "trouble_call_not_found"


class AnotherCall(Conflict):
    code, title = "another_call", "The id belongs to another call"


async def receive(
    session: AsyncSession, sent: TroubleCallIn, *, context: Context, actor: Actor
) -> tuple[TroubleCall, bool]:
    """The call, and whether it is new. Raises AnotherCall where the id was used for something else."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))"), {"id": str(sent.id)})
    fingerprint = context.keyring.hash(sent.model_dump_json())
    known = await session.get(TroubleCall, sent.id)
    if known is not None:
        if known.fingerprint != fingerprint:
            raise AnotherCall(f"The id {sent.id} was used for another call; give each call an id of its own.")
        return known, False
    call = await _call(session, sent, fingerprint, context, actor)
    session.add(call)
    _announce(session, call)
    return call, True


async def _call(
    session: AsyncSession, sent: TroubleCallIn, fingerprint: bytes, context: Context, actor: Actor
) -> TroubleCall:
    found = await _place(session, sent, actor)
    named = set(sent.dangers) | set(dangers(sent.words or ""))
    keyring = context.keyring
    return TroubleCall(
        id=sent.id,
        unit=found[0],
        account=sent.account,
        load=found[1],
        source=sent.source,
        symptom=sent.symptom,
        danger=bool(named),
        dangers=[code for code in lexicon() if code in named],
        caller=keyring.seal(sent.id, sent.caller) if sent.caller else None,
        phone=keyring.seal(sent.id, sent.phone) if sent.phone else None,
        words=keyring.seal(sent.id, sent.words) if sent.words else None,
        fingerprint=fingerprint,
        happened_at=network.not_in_the_future(sent.happened_at, context),
        received_at=context.clock.now(),
        received_by=actor.subject,
    )


async def _place(session: AsyncSession, sent: TroubleCallIn, actor: Actor) -> tuple[str, str | None]:
    """Unit and load of the call. An account that nobody told of yet is taken: the customer is not sent away."""
    unit, load = sent.unit or actor.unit, None
    if sent.account is not None:
        unit, load = await supply_points.place_of(session, sent.account) or (unit, load)
    if sent.load is not None:
        _check_load(sent.load, (await network.current_network(session)).loads)
    return sent.unit or unit, sent.load or load


def _check_load(load: str, loads: frozenset[str]) -> None:
    if load not in loads:
        detail = f"The current network has no load '{load}'."
        raise Invalid(detail, errors=[{"pointer": "/load", "detail": detail}])


def _announce(session: AsyncSession, call: TroubleCall) -> None:
    if call.danger:
        log.warning("danger reported", call=str(call.id), dangers=call.dangers)
    payload = TroubleCallReceived(call_id=call.id, danger=call.danger, received_at=call.received_at)
    emit(session, payload, subject=str(call.id), unit=call.unit, account=call.account, time=call.received_at)


async def trouble_call(session: AsyncSession, call_id: UUID, actor: Actor) -> TroubleCall:
    """Raises CallNotFound, also for those outside the actor's unit."""
    found: TroubleCall | None = await session.scalar(actor.scope(select(TroubleCall).where(TroubleCall.id == call_id)))
    if found is None:
        raise CallNotFound(f"There is no trouble call {call_id} in your unit.")
    return found


def opened(sealed: bytes | None, call: TroubleCall, context: Context) -> str | None:
    return context.keyring.open(call.id, sealed) if sealed is not None else None
