"""Handing an order on from post to post: offered, then accepted or returned."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.contracts.responsibility import HandoverReturned
from kit.errors import Conflict
from kit.events.log import emit
from kit.ids import new_id
from kit.timers import cancel, schedule
from responsibility.calendars.service import work_calendar
from responsibility.handovers.models import Handover
from responsibility.handovers.schemas import Accept, HandOver, Return
from responsibility.orders import service as orders
from responsibility.orders.lifecycle import HandoverState, giving, handover_after, receiving, stage_after
from responsibility.orders.models import Order, Stage
from responsibility.organisation.service import answering_at
from responsibility.stages.service import Work, fail_check, require_gates, take_up


class NothingOffered(Conflict):
    code, title = "nothing_offered", "No handover is offered"


async def hand_over(session: AsyncSession, work: Work, body: HandOver, *, context: Context) -> list[Handover]:
    """Offers the order to every stage of the next step; after the last step it completes the order.

    Raises GateOpen while a gate checkpoint is open or failed.
    """
    at = body.happened_at or context.clock.now()
    stage = work.stage
    if stage.state in ("handed", "done") and stage.handed_at == at:
        return await _standing(session, Handover.from_stage_id == stage.id)
    stage_after(stage.state, "hand_over")
    orders.require_time(at, earliest=stage.started_at, context=context)
    await require_gates(session, stage)
    await pass_on(session, work.order, stage, at, by=work.by, context=context)
    return await _standing(session, Handover.from_stage_id == stage.id)


async def pass_on(
    session: AsyncSession, order: Order, stage: Stage, at: datetime, *, by: str, context: Context
) -> None:
    """The stage's part is done at ``at``: late or not is judged by when it happened, not by when it was told."""
    stage.handed_at = at
    stage.late = stage.due_at is not None and at > stage.due_at
    await cancel(session, orders.STAGE_DUE, subject=str(stage.id))
    stages = await orders.stages_of(session, order)
    following = [s for s in stages if s.step == stage.step + 1]
    stage.state = "handed" if following else "done"
    for receiver in following:
        await _offer(session, order, stage, receiver, at, by=by, context=context)
    await session.flush()
    await _refresh_giver(session, stages, stage)
    await orders.settle(session, order, at, context=context)


async def _offer(
    session: AsyncSession, order: Order, giver: Stage, receiver: Stage, at: datetime, *, by: str, context: Context
) -> None:
    between = (Handover.from_stage_id == giver.id, Handover.to_stage_id == receiver.id)
    if await _standing(session, *between):
        return  # accepted before another receiver gave the work back
    handover = Handover(
        id=new_id(),
        order_id=order.id,
        from_stage_id=giver.id,
        to_stage_id=receiver.id,
        from_sub_process=giver.sub_process,
        to_sub_process=receiver.sub_process,
        unit=receiver.unit,
        post=receiver.post,
        offered_at=at,
        offered_by=by,
    )
    session.add(handover)
    await session.flush()
    receiver.state = "offered"
    await orders.begin_stage(session, receiver, order, at, await work_calendar(session, context))


async def _standing(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[Handover]:
    """Offered or accepted, not returned."""
    statement = select(Handover).where(*conditions, Handover.state != "returned")
    return list(await session.scalars(statement.order_by(Handover.offered_at, Handover.id)))


async def accept(session: AsyncSession, work: Work, body: Accept, *, context: Context) -> list[Handover]:
    """The post takes the order on; it works once it has accepted all that hand on to it."""
    at = body.happened_at or context.clock.now()
    if _repeated(await _answered(session, work.stage, body, "accepted"), at):
        return await _answered(session, work.stage, body, "accepted")
    offered = await _offered(session, work.stage, body)
    for handover in offered:
        orders.require_time(at, earliest=handover.offered_at, context=context)
        handover.state = handover_after("offered", "accept")
        handover.answered_at, handover.answered_by = at, work.by
    await session.flush()
    await _refresh(session, work.order, offered, work.stage, at)
    await orders.settle(session, work.order, at, context=context)
    return offered


async def give_back(session: AsyncSession, work: Work, body: Return, *, context: Context) -> list[Handover]:
    """The post returns the order with the checkpoint that was not met and a reason; the giver has it again."""
    at = body.happened_at or context.clock.now()
    if _repeated(await _answered(session, work.stage, body, "returned"), at):
        return await _answered(session, work.stage, body, "returned")
    offered = await _offered(session, work.stage, body)
    for handover in offered:
        orders.require_time(at, earliest=handover.offered_at, context=context)
        handover.state = handover_after("offered", "return")
        handover.answered_at, handover.answered_by = at, work.by
        handover.checkpoint = body.checkpoint
        handover.reason = context.keyring.seal(handover.id, body.reason)
        await _return_to_giver(session, work.order, handover, at)
    await session.flush()
    await _refresh(session, work.order, offered, work.stage, at)
    return offered


async def _return_to_giver(session: AsyncSession, order: Order, handover: Handover, at: datetime) -> None:
    giver = await session.get_one(Stage, handover.from_stage_id)
    if handover.checkpoint:
        await fail_check(session, giver, handover.checkpoint)
    giver.returns += 1
    giver.handed_at = None
    giver.late = giver.due_at is not None and giver.due_at <= at
    if giver.due_at is not None and not giver.late:
        await schedule(session, orders.STAGE_DUE, subject=str(giver.id), due=giver.due_at)
    returned = HandoverReturned(
        order_id=order.id,
        handover_id=handover.id,
        from_sub_process=handover.from_sub_process,
        to_sub_process=handover.to_sub_process,
        checkpoint=handover.checkpoint,
        returned_at=at,
    )
    emit(
        session,
        returned,
        subject=str(order.id),
        unit=giver.unit,
        account=order.account,
        correlation=order.correlation,
    )


async def _offered(session: AsyncSession, stage: Stage, body: Accept) -> list[Handover]:
    found = [h for h in await _standing(session, *_to(stage, body)) if h.state == "offered"]
    if not found:
        raise NothingOffered(f"Nothing is offered to {stage.sub_process}, which is '{stage.state}'.")
    return found


async def _answered(session: AsyncSession, stage: Stage, body: Accept, state: str) -> list[Handover]:
    statement = select(Handover).where(*_to(stage, body), Handover.state == state)
    return list(await session.scalars(statement.order_by(Handover.offered_at, Handover.id)))


def _to(stage: Stage, body: Accept) -> list[ColumnElement[bool]]:
    giver = [Handover.from_sub_process == body.from_sub_process] if body.from_sub_process else []
    return [Handover.to_stage_id == stage.id, *giver]


def _repeated(answered: list[Handover], at: datetime) -> bool:
    """The same answer told twice."""
    return any(handover.answered_at == at for handover in answered)


async def _refresh(session: AsyncSession, order: Order, answered: list[Handover], stage: Stage, at: datetime) -> None:
    stages = await orders.stages_of(session, order)
    for handover in answered:
        await _refresh_giver(session, stages, next(s for s in stages if s.id == handover.from_stage_id))
    expected = sum(s.step == stage.step - 1 for s in stages)
    standing = await _standing(session, Handover.to_stage_id == stage.id)
    state = receiving(expected, [h.state for h in standing])
    stage.state = state
    if state == "working":
        await take_up(session, order, stage, at)
    elif state == "planned":
        await orders.stop_clock(session, stage)


async def _refresh_giver(session: AsyncSession, stages: list[Stage], giver: Stage) -> None:
    expected = sum(s.step == giver.step + 1 for s in stages)
    newest: dict[UUID, HandoverState] = {}
    given = select(Handover).where(Handover.from_stage_id == giver.id)
    for handover in await session.scalars(given.order_by(Handover.offered_at, Handover.id)):
        newest[handover.to_stage_id] = handover.state
    if expected:
        giver.state = giving(expected, newest.values())


async def for_posts_of(session: AsyncSession, employee: str, *, context: Context) -> Select[Handover]:
    """Handovers to the posts that the employee answers for now, in their units."""
    held = await answering_at(session, context.clock.now(), employee=employee)
    mine = [(Handover.post == h.post) & (Handover.unit == h.unit) for h in held]
    return select(Handover).where(or_(*mine)) if mine else select(Handover).where(Handover.post == "")


async def handovers_of(session: AsyncSession, order: Order) -> list[Handover]:
    statement = select(Handover).where(Handover.order_id == order.id)
    return list(await session.scalars(statement.order_by(Handover.offered_at, Handover.id)))


def scoped(actor: Actor) -> Select[Handover]:
    return actor.scope(select(Handover))
