"""Work on a stage: taken up, checked with evidence, attested for hard gates."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor, Role
from kit.context import Context
from kit.contracts.responsibility import StageCleared
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.events.log import emit
from kit.ids import new_id
from responsibility.catalogue.document import HardGate
from responsibility.duties.service import checkpoints_in_force
from responsibility.orders import service as orders
from responsibility.orders.lifecycle import order_after, stage_after
from responsibility.orders.models import Order, Stage
from responsibility.orders.schemas import StageOut
from responsibility.organisation.service import answering_at
from responsibility.stages.gates import Attested, Check, CheckState, blocking, missing
from responsibility.stages.models import StageAttestation, StageCheck
from responsibility.stages.schemas import AttestationOut, AttestIn, CheckIn, CheckOut, StageDetail, StageStart

TELLING = (Role.INTEGRATOR, Role.OPERATOR, Role.SERVICE)


class StageNotFound(NotFound):
    code = "stage_not_found"


class NotHolder(Forbidden):
    code, title = "not_holder", "Another post's work"


class CheckpointNotFound(NotFound):
    code = "checkpoint_not_found"


class GateOpen(Conflict):
    code, title = "gate_open", "A gate checkpoint is open or failed"


class HardGateClosed(Conflict):
    code, title = "hard_gate_closed", "A hard gate is closed"


@dataclass(frozen=True)
class Work:
    """A stage in hand: its order locked, and the name under which what is done is recorded."""

    order: Order
    stage: Stage
    by: str


async def take(
    session: AsyncSession, order_id: UUID, sub_process: str, by: str | None, *, context: Context, actor: Actor
) -> Work:
    """The stage, for somebody who may work on it: a holder of its post, or a system that tells what was done.

    Raises StageNotFound outside the actor's units, NotHolder for another post's stage.
    """
    order = await orders.find_order(session, order_id, actor=actor, lock=True)
    stage = await _find(session, order, sub_process)
    if not actor.covers(stage.unit):
        raise StageNotFound(f"Order {order.number} has no stage {sub_process} in your unit.")
    orders.require_running(order)
    return Work(order, stage, await _worker(session, stage, by, context=context, actor=actor))


async def _find(session: AsyncSession, order: Order, sub_process: str) -> Stage:
    statement = select(Stage).where(Stage.order_id == order.id, Stage.sub_process == sub_process)
    stage = await session.scalar(statement)
    if stage is None:
        raise StageNotFound(f"Order {order.number} has no stage {sub_process}.")
    return stage


async def _worker(session: AsyncSession, stage: Stage, by: str | None, *, context: Context, actor: Actor) -> str:
    if actor.has(*TELLING):
        return by or actor.employee or actor.subject
    held = await answering_at(session, context.clock.now(), post=stage.post)
    if actor.employee is None or (actor.employee, stage.unit) not in {(h.employee, h.unit) for h in held}:
        raise NotHolder(f"{stage.sub_process} is the work of {stage.post} in {stage.unit}, which you do not hold now.")
    return actor.employee


async def start(session: AsyncSession, work: Work, body: StageStart, *, context: Context) -> None:
    """Takes up a stage of the first step; the others are taken up by accepting their handover."""
    at = body.happened_at or context.clock.now()
    if work.stage.state == "working" and work.stage.started_at == at:
        return
    orders.require_time(at, earliest=work.order.opened_at, context=context)
    if work.stage.step != 0:
        raise Conflict(f"{work.stage.sub_process} begins by accepting the handover to it, not by a start.")
    stage_after(work.stage.state, "start")
    await take_up(session, work.order, work.stage, at)


async def take_up(session: AsyncSession, order: Order, stage: Stage, at: datetime) -> None:
    """The stage is worked on from ``at``, held to the checkpoints in force. Raises HardGateClosed."""
    await _require_hard_gate(session, order, stage)
    stage.state, stage.started_at = "working", at
    if order.state == "opened":
        order.state = order_after("opened", "begin")
    if not await checks_of(session, stage):
        wanted = await checkpoints_in_force(session, stage.sub_process, stage.post, stage.unit)
        session.add_all(
            StageCheck(
                stage_id=stage.id,
                duty=entry.duty,
                duty_version_id=entry.duty_version_id,
                checkpoint=entry.code,
                dimension=entry.dimension,
                evidence=entry.evidence,
            )
            for entry in wanted
        )
    await session.flush()


async def _require_hard_gate(session: AsyncSession, order: Order, stage: Stage) -> None:
    if stage.hard_gate is None:
        return
    await session.flush()
    on_record = {
        s.sub_process: Attested(s.state == "done", frozenset(a.kind for a in await attestations_of(session, s)))
        for s in await orders.stages_of(session, order)
    }
    lacking = missing(HardGate.model_validate(stage.hard_gate), on_record)
    if lacking:
        raise HardGateClosed(
            f"{stage.sub_process} cannot begin, and nobody can waive it: {'; '.join(lacking)}.", missing=lacking
        )


async def checks_of(session: AsyncSession, stage: Stage) -> list[StageCheck]:
    statement = select(StageCheck).where(StageCheck.stage_id == stage.id).order_by(StageCheck.checkpoint)
    return list(await session.scalars(statement))


async def attestations_of(session: AsyncSession, stage: Stage) -> list[StageAttestation]:
    statement = select(StageAttestation).where(StageAttestation.stage_id == stage.id)
    return list(await session.scalars(statement.order_by(StageAttestation.kind)))


async def record_check(session: AsyncSession, work: Work, body: CheckIn, *, context: Context) -> None:
    """The result of a checkpoint with its evidence; it may be recorded anew while the stage is worked on."""
    statement = select(StageCheck).where(StageCheck.stage_id == work.stage.id, StageCheck.checkpoint == body.checkpoint)
    check = await session.scalar(statement)
    if check is None:
        raise CheckpointNotFound(f"{work.stage.sub_process} is not held to a checkpoint '{body.checkpoint}'.")
    at = body.happened_at or context.clock.now()
    result: CheckState = "passed" if body.passed else "failed"
    if (check.state, check.happened_at, check.evidence_reference) == (result, at, body.evidence_reference):
        return
    if work.stage.state != "working":
        raise Conflict(f"{work.stage.sub_process} is '{work.stage.state}': results are recorded while it is worked on.")
    orders.require_time(at, earliest=work.stage.started_at, context=context)
    check.state, check.happened_at, check.evidence_reference = result, at, body.evidence_reference
    check.recorded_by = work.by
    check.note = context.keyring.seal(check.id, body.note) if body.note else None
    await session.flush()
    if work.stage.mirrored_at is not None and not await gates_in_the_way(session, work.stage):
        _announce_cleared(session, work, at)


def _announce_cleared(session: AsyncSession, work: Work, at: datetime) -> None:
    cleared = StageCleared(order_id=work.order.id, sub_process=work.stage.sub_process, cleared_at=at)
    emit(session, cleared, subject=str(work.order.id), unit=work.stage.unit, correlation=work.order.correlation)


async def attest(session: AsyncSession, work: Work, body: AttestIn, *, context: Context) -> None:
    """Puts on record that the stage was passed or signed, for hard gates of later stages."""
    at = body.happened_at or context.clock.now()
    present = [a for a in await attestations_of(session, work.stage) if a.kind == body.kind]
    if present:
        if present[0].reference != body.reference:
            raise Conflict(f"{work.stage.sub_process} was attested as {body.kind} under '{present[0].reference}'.")
        return
    if work.stage.state != "working":
        raise Conflict(f"{work.stage.sub_process} is '{work.stage.state}': it is attested while it is worked on.")
    orders.require_time(at, earliest=work.stage.started_at, context=context)
    session.add(
        StageAttestation(
            id=new_id(),
            stage_id=work.stage.id,
            kind=body.kind,
            reference=body.reference,
            happened_at=at,
            recorded_by=work.by,
        )
    )
    await session.flush()


async def gates_in_the_way(session: AsyncSession, stage: Stage) -> list[Check]:
    checks = await checks_of(session, stage)
    return blocking(Check(c.checkpoint, c.dimension, c.state) for c in checks)


async def require_gates(session: AsyncSession, stage: Stage) -> None:
    """Raises GateOpen with the checkpoints that hold the stage back."""
    held_back = await gates_in_the_way(session, stage)
    if held_back:
        named = ", ".join(f"{check.code} ({check.state})" for check in held_back)
        raise GateOpen(
            f"{stage.sub_process} cannot be handed on before these gate checkpoints have passed: {named}.",
            checkpoints=[check.code for check in held_back],
        )


async def fail_check(session: AsyncSession, stage: Stage, checkpoint: str) -> None:
    """The next post found that this checkpoint had not been met. Raises Invalid for one the stage never had."""
    statement = select(StageCheck).where(StageCheck.stage_id == stage.id, StageCheck.checkpoint == checkpoint)
    check = await session.scalar(statement)
    if check is None:
        detail = f"{stage.sub_process} is not held to a checkpoint '{checkpoint}'."
        raise Invalid(detail, errors=[{"pointer": "/checkpoint", "detail": detail}])
    if check.state == "passed":
        check.state = "failed"


async def stage_detail(session: AsyncSession, stage: Stage) -> StageDetail:
    held_back = await gates_in_the_way(session, stage) if stage.state == "working" else []
    return StageDetail(
        **StageOut.model_validate(stage, from_attributes=True).model_dump(),
        checks=[CheckOut.model_validate(c, from_attributes=True) for c in await checks_of(session, stage)],
        attestations=[
            AttestationOut.model_validate(a, from_attributes=True) for a in await attestations_of(session, stage)
        ],
        blocked_by=[check.code for check in held_back],
    )


async def find_stage(session: AsyncSession, order_id: UUID, sub_process: str, *, actor: Actor) -> Stage:
    order = await orders.find_order(session, order_id, actor=actor)
    return await _find(session, order, sub_process)
