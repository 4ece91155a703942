"""Confirming steps: who is back, who stays out, and when the last one is back."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from incident.incidents import service as incidents
from incident.incidents.lifecycle import OPEN, allowed
from incident.incidents.models import Incident
from incident.interruptions import service as interruptions
from incident.interruptions.models import Interruption, UnitInterruption
from incident.network import service as network
from incident.network.model import Network
from incident.network.schemas import Operation
from incident.network.switching import switched
from incident.restoration.models import RestorationStep
from incident.restoration.nested import nested_loads
from incident.restoration.schemas import StepIn
from kit.auth import Actor
from kit.context import Context
from kit.contracts.incident import IncidentRestored
from kit.errors import Invalid, WrongMove


class RestoresNobody(Invalid):
    code, title = "restores_nobody", "The step brings nobody back"


@dataclass
class Outcome:
    """``lost``: loads that went out by the step itself; ``handed_over``: customers by incident that keeps them out."""

    back: list[Interruption] = field(default_factory=list)
    lost: int = 0
    handed_over: dict[UUID, int] = field(default_factory=dict)


async def confirm_step(
    session: AsyncSession, about: Incident, sent: StepIn, happened_at: datetime, context: Context, actor: Actor
) -> tuple[RestorationStep, Outcome]:
    """One confirmed step; the one that leaves nobody out restores the incident. ``rest`` may find nobody out.

    Raises NotConfirmed, WrongMove, RestoresNobody, EndsBeforeItBegan.
    """
    _check(about)
    outcome = await _apply(session, about, sent, about.steps + 1, happened_at, context, actor)
    if not outcome.back and not sent.rest:
        raise RestoresNobody(
            "Nobody of this incident is back by this step; give the closing operations together with the opening "
            "ones, or record mere switching with POST /v1/network/switching."
        )
    interruptions.announce_ended(session, outcome.back)
    step = _keep_step(session, about, sent, outcome, happened_at, context, actor)
    await session.flush()
    if not await interruptions.any_running(session, about.id):
        if about.device is not None and not sent.operations:
            # Nobody told what was switched, but its customers have supply: it must be in.
            states = {about.device: True}
            await network.record_states(session, states, since=happened_at, context=context, actor=actor)
        await _restored(session, about, happened_at, context, actor)
    return step, outcome


def _check(about: Incident) -> None:
    if about.state not in OPEN:
        raise WrongMove("incident", about.state, "restoring", list(allowed(about.state)))
    if about.confirmed_at is None:
        raise incidents.NotConfirmed(
            f"The incident {about.number} has no confirmed device: POST /v1/incidents/{about.id}/confirmation first."
        )


async def _apply(
    session: AsyncSession,
    about: Incident,
    sent: StepIn,
    number: int,
    happened_at: datetime,
    context: Context,
    actor: Actor,
) -> Outcome:
    if sent.operations:
        return await _switch(session, about, sent.operations, number, happened_at, context, actor)
    if sent.accounts:
        ended = await interruptions.end_accounts(session, about.id, sent.accounts, number, happened_at)
        _check_all_back(sent.accounts, {row.account for row in ended}, "accounts")
        return Outcome(ended)
    if sent.loads:
        _check_all_back(sent.loads, await interruptions.running_loads(session, about.id), "loads")
        return Outcome(await interruptions.end_loads(session, about.id, sent.loads, number, happened_at))
    return Outcome(await interruptions.end_all(session, about.id, number, happened_at))


def _check_all_back(named: list[str], out: set[str], column: str) -> None:
    errors = [
        {"pointer": f"/{column}/{i}", "detail": f"{name} is not out by this incident."}
        for i, name in enumerate(named)
        if name not in out
    ]
    if errors:
        raise Invalid(f"{len(errors)} of the {len(named)} {column} are not out by this incident.", errors=errors)


async def _switch(
    session: AsyncSession,
    about: Incident,
    operations: list[Operation],
    number: int,
    happened_at: datetime,
    context: Context,
    actor: Actor,
) -> Outcome:
    await network.lock_states(session)
    present, known = await network.current_network(session), await network.present_states(session)
    network.check_devices(present, [operation.device for operation in operations])
    wanted = {operation.device: operation.to == "in" for operation in operations}
    change = switched(present, known, wanted)
    await network.record_states(session, wanted, since=happened_at, context=context, actor=actor)
    ended = await interruptions.end_loads(session, about.id, change.back, number, happened_at)
    lost = await interruptions.begin(session, about.id, change.lost, happened_at)
    if about.level == "mv":
        await interruptions.begin_units(session, about.id, change.lost, about.unit, happened_at)
    handed_over = await _hand_over(session, about, present, dict(change.state))
    return Outcome(ended, lost, handed_over)


async def _hand_over(
    session: AsyncSession, about: Incident, present: Network, state: dict[str, bool]
) -> dict[UUID, int]:
    """Those whom only another open incident keeps out are from now on that one's."""
    statement = select(Incident).where(
        Incident.id != about.id, Incident.state.in_(sorted(OPEN)), Incident.confirmed_at.is_not(None)
    )
    others = {other.id: str(other.device) for other in await session.scalars(statement.order_by(Incident.id))}
    still_out = await interruptions.running_loads(session, about.id)
    moved = {}
    for other, loads in nested_loads(present, state, still_out, others).items():
        moved[other] = await interruptions.hand_over(session, about.id, other, loads)
    return moved


def _keep_step(
    session: AsyncSession,
    about: Incident,
    sent: StepIn,
    outcome: Outcome,
    happened_at: datetime,
    context: Context,
    actor: Actor,
) -> RestorationStep:
    about.steps += 1
    by = incidents.recorder(actor)
    step = RestorationStep(
        incident_id=about.id,
        number=about.steps,
        unit=about.unit,
        happened_at=happened_at,
        recorded_at=context.clock.now(),
        confirmed_by=by,
        operations=[operation.model_dump() for operation in sent.operations or []],
        customers_back=len(outcome.back),
        customers_lost=outcome.lost,
    )
    session.add(step)
    facts = {
        "step": step.number,
        "back": step.customers_back,
        "lost": step.customers_lost,
        "operations": step.operations,
    }
    if about.state == "restoring":
        incidents.record(session, about, "step_confirmed", happened_at, by, context, facts=facts, words=sent.note)
    else:
        incidents.move(session, about, "restoring", happened_at, by, context, facts=facts, words=sent.note)
    return step


async def _restored(
    session: AsyncSession, about: Incident, happened_at: datetime, context: Context, actor: Actor
) -> None:
    """The last customer is back."""
    last = [
        await session.scalar(select(func.max(table.ended_at)).where(table.incident_id == about.id))
        for table in (Interruption, UnitInterruption)
    ]
    restored_at = max((moment for moment in last if moment is not None), default=happened_at)
    customers, minutes = await interruptions.customers_and_minutes(session, about.id)
    by = incidents.recorder(actor)
    facts = {"customers": customers, "customer_minutes": minutes, "steps": about.steps}
    incidents.move(session, about, "restored", restored_at, by, context, facts=facts)
    about.restored_at = restored_at
    payload = IncidentRestored(
        incident_id=about.id,
        number=about.number,
        cause=about.cause,
        began_at=about.began_at,
        restored_at=restored_at,
        steps=about.steps,
        customers=customers,
        customer_minutes=minutes,
    )
    incidents.announce(session, about, payload, restored_at)
