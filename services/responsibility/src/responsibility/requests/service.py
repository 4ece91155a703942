"""One-stop requests: one number, one status, a promise, and the employee who took it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Sequence, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.contracts.responsibility import RequestNotSolved, RequestOpened
from kit.errors import Conflict, Invalid, NotFound
from kit.events.log import emit
from kit.ids import new_id
from responsibility.catalogue.service import find_sub_process, version_in_force
from responsibility.orders import service as orders
from responsibility.orders.schemas import OrderIn
from responsibility.organisation.service import require_employee, require_reach, require_unit
from responsibility.promises.service import due_by
from responsibility.requests.lifecycle import Kind, after
from responsibility.requests.models import Request
from responsibility.requests.schemas import RequestIn

SERVED_BY: dict[Kind, str] = {"enquiry": "CS-02", "service": "CS-08", "complaint": "CS-04", "suggestion": "CS-06"}


class RequestNotFound(NotFound):
    code = "request_not_found"


class RequestTaken(Conflict):
    code = "request_number_taken"


async def open_request(session: AsyncSession, body: RequestIn, *, context: Context, actor: Actor) -> Request:
    """One transaction: the request, and the order that serves it where a route is named."""
    require_reach(actor, body.unit)
    at = body.opened_at or context.clock.now()
    orders.require_time(at, earliest=None, context=context)
    await require_unit(session, body.unit, at)
    known = await _known(session, body)
    return known or await _open(session, body, at, await _first(session, body, actor), context=context)


async def _first(session: AsyncSession, body: RequestIn, actor: Actor) -> str:
    first = body.first_employee or actor.employee
    if first is None:
        detail = "Name the employee who took the matter: somebody stays answerable for it until it is done."
        raise Invalid(detail, errors=[{"pointer": "/first_employee", "detail": detail}])
    await require_employee(session, first, pointer="/first_employee")
    return first


async def _known(session: AsyncSession, body: RequestIn) -> Request | None:
    if body.number is None:
        return None
    request = await session.scalar(select(Request).where(Request.number == body.number))
    if request is not None and (request.unit, request.account, request.kind) != (body.unit, body.account, body.kind):
        raise RequestTaken(f"The number '{body.number}' belongs to another request; numbers are given once.")
    return request


async def _open(session: AsyncSession, body: RequestIn, at: datetime, first: str, *, context: Context) -> Request:
    version = await version_in_force(session, at, context=context)
    sub_process = await find_sub_process(session, version.version, body.sub_process or SERVED_BY[body.kind])
    order_id = await _serving_order(session, body, at, context=context)
    identity = new_id()
    request = Request(
        id=identity,
        number=body.number or await _next_number(session, at.year),
        source=body.source,
        kind=body.kind,
        sub_process=sub_process.code,
        unit=body.unit,
        account=body.account,
        first_employee=first,
        state="in_progress" if order_id else "opened",
        order_id=order_id,
        opened_at=at,
        due_at=await due_by(session, f"request.{body.kind}", at, context=context),
        note=context.keyring.seal(identity, body.note) if body.note else None,
    )
    session.add(request)
    await session.flush()
    _announce_opened(session, request)
    return request


async def _serving_order(session: AsyncSession, body: RequestIn, at: datetime, *, context: Context) -> UUID | None:
    if body.route is None:
        return None
    wanted = OrderIn(route=body.route, unit=body.unit, account=body.account, attributes=body.attributes)
    return (await orders.begin_order(session, wanted, at, context=context)).id


async def _next_number(session: AsyncSession, year: int) -> str:
    number = await session.scalar(select(Sequence("request_number").next_value()))
    return f"REQ-{year}-{number:06d}"


def _announce_opened(session: AsyncSession, request: Request) -> None:
    opened = RequestOpened(
        request_id=request.id,
        number=request.number,
        kind=request.kind,
        source=request.source,
        sub_process=request.sub_process,
        order_id=request.order_id,
        opened_at=request.opened_at,
        due_at=request.due_at,
    )
    emit(session, opened, subject=str(request.id), unit=request.unit, account=request.account)


async def find_request(session: AsyncSession, request_id: UUID, *, actor: Actor, lock: bool = False) -> Request:
    statement = actor.scope(select(Request).where(Request.id == request_id))
    request: Request | None = await session.scalar(statement.with_for_update() if lock else statement)
    if request is None:
        raise RequestNotFound(f"There is no request {request_id} in your unit.")
    return request


async def finish(session: AsyncSession, request: Request, at: datetime, *, context: Context) -> None:
    if request.state == "done" and request.done_at == at:
        return
    orders.require_time(at, earliest=request.opened_at, context=context)
    request.state, request.done_at = after(request.state, "finish"), at
    await session.flush()


async def object_to(session: AsyncSession, request: Request, at: datetime, *, context: Context) -> None:
    """The customer says that it is not solved."""
    orders.require_time(at, earliest=request.done_at, context=context)
    request.state, request.done_at = after(request.state, "object"), None
    await session.flush()
    told = RequestNotSolved(
        request_id=request.id, sub_process=request.sub_process, order_id=request.order_id, happened_at=at
    )
    emit(session, told, subject=str(request.id), unit=request.unit, account=request.account)


async def finish_with_order(session: AsyncSession, order_id: UUID, at: datetime) -> None:
    """The order that served a request is completed, so the request is done."""
    request = await session.scalar(select(Request).where(Request.order_id == order_id).with_for_update())
    if request is not None and request.state == "in_progress":
        request.state, request.done_at = after(request.state, "finish"), at
