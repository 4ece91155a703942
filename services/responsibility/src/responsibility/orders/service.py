"""Orders: opened by their route, found by those who may see them, completed when every stage is done."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy import Sequence as NumberSequence
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.clock import SetClock
from kit.context import Context
from kit.contracts.responsibility import OrderCompleted, OrderOpened, StageSummary
from kit.errors import Conflict, Invalid, NotFound
from kit.events.log import emit
from kit.ids import new_id
from kit.lineage import current
from kit.timers import cancel, schedule
from responsibility.calendars.service import work_calendar
from responsibility.calendars.working_days import WorkCalendar
from responsibility.catalogue import service as catalogue
from responsibility.catalogue.document import Limit, Route
from responsibility.catalogue.document import SubProcess as Documented
from responsibility.catalogue.routing import Attributes, limit_for
from responsibility.orders.clock import Span, stage_due, total_due
from responsibility.orders.lifecycle import order_after
from responsibility.orders.models import Order, Stage
from responsibility.orders.plan import PlannedStage, lacking, plan, single
from responsibility.orders.schemas import OrderDetail, OrderIn, OrderOut, StageOut
from responsibility.organisation.service import require_reach, require_unit, team_for

STAGE_DUE = "stage.due"
SKEW = timedelta(minutes=5)


class OrderNotFound(NotFound):
    code = "order_not_found"


class NumberTaken(Conflict):
    code = "order_number_taken"


class OrderOver(Conflict):
    code, title = "order_over", "The order is completed or cancelled"


class OutOfTime(Invalid):
    code, title = "out_of_time", "That cannot have happened then"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors=[{"pointer": "/happened_at", "detail": detail}])


def require_time(moment: datetime, *, earliest: datetime | None, context: Context) -> None:
    """What is told may lie back as far as what it follows, and not in the future."""
    if moment > context.clock.now() + SKEW:
        raise OutOfTime(f"{moment.isoformat()} lies in the future; tell what has happened.")
    if earliest is not None and moment < earliest:
        raise OutOfTime(f"{moment.isoformat()} lies before {earliest.isoformat()}, when what it follows happened.")


def as_told(context: Context, at: datetime) -> Context:
    """For what another service told: its clock may be ahead of this one's, and what it says has happened."""
    return replace(context, clock=SetClock(max(context.clock.now(), at)))


async def open_order(session: AsyncSession, body: OrderIn, *, context: Context, actor: Actor) -> Order:
    """An order that was opened under the same number in the same way is answered again.

    Raises NumberTaken where the number belongs to another order.
    """
    require_reach(actor, body.unit)
    opened = body.opened_at or context.clock.now()
    require_time(opened, earliest=None, context=context)
    await require_unit(session, body.unit, opened)
    known = await _known(session, body)
    return known or await begin_order(session, body, opened, context=context)


async def _known(session: AsyncSession, body: OrderIn) -> Order | None:
    if body.number is None:
        return None
    order = await session.scalar(select(Order).where(Order.number == body.number))
    if order is None:
        return None
    same = (order.unit, order.account) == (body.unit, body.account)
    if not same or body.route not in (None, order.route) or body.flow not in (None, order.sub_process):
        raise NumberTaken(f"The number '{body.number}' belongs to another order; numbers are given once.")
    return order


async def begin_order(
    session: AsyncSession, body: OrderIn, opened: datetime, *, context: Context, incident_id: UUID | None = None
) -> Order:
    """The order with its planned stages; the clocks of the first ones run from ``opened``."""
    version = (await catalogue.version_in_force(session, opened, context=context)).version
    route = await _route(session, version, body)
    attributes = body.attributes.plain()
    if route is not None:
        _require_attributes(route, attributes)
    calendar = await work_calendar(session, context)
    identity = new_id()
    order = Order(
        id=identity,
        number=body.number or await _next_number(session, calendar.local_day(opened).year),
        catalogue=version,
        route=route.code if route else None,
        sub_process=_main(route, body),
        unit=body.unit,
        account=body.account,
        attributes=body.attributes.model_dump(),
        opened_at=opened,
        starts_at=body.starts_at,
        due_at=_total(route, attributes, opened, [], calendar),
        incident_id=incident_id,
        correlation=current.get().correlation or str(identity),
    )
    session.add(order)
    await session.flush()
    await _add_stages(session, order, await _planned(session, version, route, attributes, order), calendar)
    _announce_opened(session, order)
    return order


async def _route(session: AsyncSession, version: str, body: OrderIn) -> Route | None:
    if body.route is not None:
        return await catalogue.find_route(session, version, body.route)
    flow = await catalogue.find_sub_process(session, version, str(body.flow))
    if flow.kind != "flow":
        raise Invalid(
            f"'{flow.code}' is of kind {flow.kind}; only a flow starts an order.",
            errors=[{"pointer": "/flow", "detail": "must be a sub-process of kind flow"}],
        )
    return await catalogue.route_of_flow(session, version, flow.code)


def _require_attributes(route: Route, attributes: Attributes) -> None:
    missing = lacking(route, attributes)
    if missing:
        detail = f"Orders of route '{route.code}' must say: {', '.join(missing)}. Its limits depend on it."
        raise Invalid(detail, errors=[{"pointer": f"/attributes/{name}", "detail": detail} for name in missing])


def _main(route: Route | None, body: OrderIn) -> str:
    return (route.flow or route.stages[0].sub_process) if route else str(body.flow)


async def _next_number(session: AsyncSession, year: int) -> str:
    number = await session.scalar(select(NumberSequence("order_number").next_value()))
    return f"ORD-{year}-{number:06d}"


async def _planned(
    session: AsyncSession, version: str, route: Route | None, attributes: Attributes, order: Order
) -> list[PlannedStage]:
    rows = await catalogue.sub_processes(session, version)
    known = {code: Documented.model_validate(row, from_attributes=True) for code, row in rows.items()}
    return plan(route, attributes, known) if route else single(known[order.sub_process])


async def _add_stages(session: AsyncSession, order: Order, planned: list[PlannedStage], calendar: WorkCalendar) -> None:
    for entry in planned:
        stage = Stage(
            id=new_id(),
            order_id=order.id,
            sub_process=entry.sub_process,
            post=entry.post,
            unit=await team_for(session, entry.post, order.unit, order.opened_at),
            step=entry.step,
            party=entry.party,
            basis=entry.basis,
            limit=entry.limit.model_dump() if entry.limit else None,
            hard_gate=entry.hard_gate.model_dump() if entry.hard_gate else None,
        )
        session.add(stage)
        if entry.step == 0:
            await begin_stage(session, stage, order, order.opened_at, calendar)
    await session.flush()


async def begin_stage(session: AsyncSession, stage: Stage, order: Order, at: datetime, calendar: WorkCalendar) -> None:
    """Its clock runs from ``at``, whether the post takes it up at once or not."""
    limit = Limit.model_validate(stage.limit) if stage.limit else None
    stage.began_at = at
    stage.due_at = stage_due(limit, at, order.starts_at, calendar)
    if stage.due_at is not None:
        await schedule(session, STAGE_DUE, subject=str(stage.id), due=stage.due_at)


async def stop_clock(session: AsyncSession, stage: Stage) -> None:
    """Nothing is due of a stage that nobody has in hand."""
    stage.began_at = stage.due_at = None
    await cancel(session, STAGE_DUE, subject=str(stage.id))


def _announce_opened(session: AsyncSession, order: Order) -> None:
    opened = OrderOpened(
        order_id=order.id,
        number=order.number,
        route=order.route,
        sub_process=order.sub_process,
        opened_at=order.opened_at,
    )
    _emit(session, order, opened)


def _emit(session: AsyncSession, order: Order, payload: OrderOpened | OrderCompleted) -> None:
    emit(
        session,
        payload,
        subject=str(order.id),
        unit=order.unit,
        account=order.account,
        correlation=order.correlation,
    )


def visible(actor: Actor) -> Select[Order]:
    """Orders of the actor's units, and those in which one of them has a stage."""
    own = actor.scope(select(Order)).with_only_columns(Order.id)
    worked = actor.scope(select(Stage)).with_only_columns(Stage.order_id)
    return select(Order).where(or_(Order.id.in_(own), Order.id.in_(worked)))


async def find_order(session: AsyncSession, order_id: UUID, *, actor: Actor, lock: bool = False) -> Order:
    statement = visible(actor).where(Order.id == order_id)
    order = await session.scalar(statement.with_for_update() if lock else statement)
    if order is None:
        raise OrderNotFound(f"There is no order {order_id} in your unit.")
    return order


async def stages_of(session: AsyncSession, order: Order) -> list[Stage]:
    statement = select(Stage).where(Stage.order_id == order.id).order_by(Stage.step, Stage.sub_process)
    return list(await session.scalars(statement))


def require_running(order: Order) -> None:
    if order.state in ("completed", "cancelled"):
        raise OrderOver(f"Order {order.number} is {order.state}; nothing of it can change any more.")


async def cancel_order(session: AsyncSession, order: Order, at: datetime, *, context: Context) -> Order:
    require_time(at, earliest=order.opened_at, context=context)
    order.state = order_after(order.state, "cancel")
    for stage in await stages_of(session, order):
        await cancel(session, STAGE_DUE, subject=str(stage.id))
    return order


async def settle(session: AsyncSession, order: Order, at: datetime, *, context: Context) -> None:
    """After a stage was handed on: moves the total's end, and completes the order once every stage is done."""
    stages = await stages_of(session, order)
    route = await catalogue.find_route(session, order.catalogue, order.route) if order.route else None
    calendar = await work_calendar(session, context)
    attributes = Attributes(**(order.attributes | {"kinds": frozenset(order.attributes["kinds"])}))
    order.due_at = _total(route, attributes, order.opened_at, _spans(stages), calendar)
    if all(stage.state == "done" for stage in stages):
        _complete(session, order, stages, at)


def _total(
    route: Route | None, attributes: Attributes, opened: datetime, spans: list[Span], calendar: WorkCalendar
) -> datetime | None:
    total = route.total if route else None
    limit = limit_for(total.limits, attributes) if total else None
    return total_due(total, limit, opened, spans, calendar) if total and limit else None


def _spans(stages: Sequence[Stage]) -> list[Span]:
    return [Span(s.party, s.began_at, s.handed_at) for s in stages if s.began_at and s.handed_at]


def _complete(session: AsyncSession, order: Order, stages: Sequence[Stage], at: datetime) -> None:
    order.state = order_after(order.state, "complete")
    order.completed_at = at
    order.late = order.due_at is not None and at > order.due_at
    summaries = [
        StageSummary(sub_process=s.sub_process, post=s.post, late=s.late, returns=s.returns, unit=s.unit)
        for s in stages
    ]
    completed = OrderCompleted(
        order_id=order.id,
        number=order.number,
        route=order.route,
        sub_process=order.sub_process,
        opened_at=order.opened_at,
        completed_at=at,
        stages=summaries,
        late_stages=sum(s.late for s in stages),
        returned_handovers=sum(s.returns for s in stages),
    )
    _emit(session, order, completed)


async def order_detail(session: AsyncSession, order: Order) -> OrderDetail:
    stages = [StageOut.model_validate(s, from_attributes=True) for s in await stages_of(session, order)]
    plain = OrderOut.model_validate(order, from_attributes=True)
    return OrderDetail(**plain.model_dump(), stages=stages)


async def team_of_stage(session: AsyncSession, order_id: UUID, sub_process: str | None) -> tuple[str, str] | None:
    """``(unit of that stage's team, the order's sub-process)``; the order's own unit where it has no such stage."""
    order = await session.get(Order, order_id)
    if order is None:
        return None
    wanted = sub_process or order.sub_process
    statement = select(Stage.unit).where(Stage.order_id == order_id, Stage.sub_process == wanted)
    return await session.scalar(statement) or order.unit, order.sub_process
