"""Units, employees, posts and holders: who is where, and who answers for what when."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.contracts.responsibility import UnitChanged
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.events.log import emit
from responsibility.organisation.holding import Holding, answering
from responsibility.organisation.models import Employee, Holder, Post, Unit
from responsibility.organisation.schemas import (
    EmployeeIn,
    EmployeeOut,
    HolderEnd,
    HolderIn,
    PostIn,
    UnitChange,
    UnitIn,
)
from responsibility.organisation.tree import nearest, parent, within


class UnitNotFound(NotFound):
    code = "unit_not_found"


class UnknownUnit(Invalid):
    code, title = "unknown_unit", "No such unit"

    def __init__(self, path: str, pointer: str = "/unit") -> None:
        detail = f"There is no unit '{path}' at that time; GET /v1/units lists those there are."
        super().__init__(detail, errors=[{"pointer": pointer, "detail": detail}])


class UnitTaken(Conflict):
    code = "unit_taken"


class OutOfReach(Forbidden):
    code = "out_of_reach"


class EmployeeNotFound(NotFound):
    code = "employee_not_found"


class UnknownEmployee(Invalid):
    code, title = "unknown_employee", "No such employee"

    def __init__(self, number: str, pointer: str = "/employee") -> None:
        detail = f"There is no employee '{number}'."
        super().__init__(detail, errors=[{"pointer": pointer, "detail": detail}])


class PostNotFound(NotFound):
    code = "post_not_found"


class UnknownPost(Invalid):
    code, title = "unknown_post", "No such post"

    def __init__(self, code: str, pointer: str = "/post") -> None:
        detail = f"There is no post '{code}'; GET /v1/posts lists those of the catalogue."
        super().__init__(detail, errors=[{"pointer": pointer, "detail": detail}])


class HolderNotFound(NotFound):
    code = "holder_not_found"


class HeldAlready(Conflict):
    code = "held_already"


def require_reach(actor: Actor, unit: str) -> None:
    """Raises OutOfReach for a unit outside the actor's own."""
    if not actor.covers(unit):
        raise OutOfReach(f"'{unit}' lies outside your unit '{actor.unit}'.")


def units_at(at: datetime) -> Select[Unit]:
    return select(Unit).where(Unit.valid_from <= at, or_(Unit.valid_to.is_(None), Unit.valid_to > at))


async def require_unit(session: AsyncSession, path: str, at: datetime, *, pointer: str = "/unit") -> None:
    if await session.scalar(units_at(at).where(Unit.path == path)) is None:
        raise UnknownUnit(path, pointer)


async def open_unit(session: AsyncSession, body: UnitIn, *, actor: Actor) -> Unit:
    """Raises UnknownUnit where the unit above is missing, UnitTaken where the path is in use."""
    require_reach(actor, body.path)
    above = parent(body.path)
    if above is not None:
        await require_unit(session, above, body.valid_from, pointer="/path")
    taken = select(Unit).where(Unit.path == body.path, or_(Unit.valid_to.is_(None), Unit.valid_to > body.valid_from))
    if await session.scalar(taken) is not None:
        raise UnitTaken(f"The unit '{body.path}' exists at that time already.")
    unit = Unit(**body.model_dump())
    session.add(unit)
    await session.flush()
    _announce(session, unit)
    return unit


async def find_unit(session: AsyncSession, unit_id: UUID) -> Unit:
    unit = await session.get(Unit, unit_id)
    if unit is None:
        raise UnitNotFound(f"There is no unit {unit_id}.")
    return unit


async def change_unit(session: AsyncSession, unit: Unit, body: UnitChange, *, actor: Actor) -> Unit:
    """Raises UnitTaken where a unit is to end that still has units below it."""
    require_reach(actor, unit.path)
    if body.valid_to is not None:
        below = units_at(body.valid_to).where(Unit.path.startswith(unit.path), Unit.path != unit.path)
        if await session.scalar(below) is not None:
            raise UnitTaken(f"'{unit.path}' has units below it after that; end them first.")
    for name, value in body.model_dump(exclude_none=True).items():
        setattr(unit, name, value)
    await session.flush()
    _announce(session, unit)
    return unit


def _announce(session: AsyncSession, unit: Unit) -> None:
    changed = UnitChanged(
        unit_id=unit.id,
        path=unit.path,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        valid_from=unit.valid_from,
        valid_to=unit.valid_to,
    )
    emit(session, changed, subject=str(unit.id), unit=unit.path)


async def put_employee(
    session: AsyncSession, number: str, body: EmployeeIn, *, context: Context, actor: Actor
) -> Employee:
    """Makes the employee or changes them: the same call may be repeated."""
    require_reach(actor, body.unit)
    await require_unit(session, body.unit, context.clock.now())
    employee = await session.scalar(select(Employee).where(Employee.number == number).with_for_update())
    if employee is None:
        employee = Employee(number=number, name=b"", unit=body.unit, joined_at=body.joined_at)
        session.add(employee)
        await session.flush()
    require_reach(actor, employee.unit)
    employee.name = context.keyring.seal(employee.id, body.name)
    employee.unit, employee.joined_at, employee.left_at = body.unit, body.joined_at, body.left_at
    return employee


async def find_employee(session: AsyncSession, number: str, *, actor: Actor) -> Employee:
    employee: Employee | None = await session.scalar(actor.scope(select(Employee).where(Employee.number == number)))
    if employee is None:
        raise EmployeeNotFound(f"There is no employee '{number}' in your unit.")
    return employee


class SealedEmployee(BaseModel):
    """An employee as stored, for lists: the name is opened afterwards."""

    id: UUID
    number: str
    name: bytes
    unit: str
    joined_at: datetime
    left_at: datetime | None


def employee_out(employee: Employee | SealedEmployee, context: Context) -> EmployeeOut:
    return EmployeeOut(
        number=employee.number,
        name=context.keyring.open(employee.id, employee.name),
        unit=employee.unit,
        joined_at=employee.joined_at,
        left_at=employee.left_at,
    )


async def require_employee(session: AsyncSession, number: str, *, pointer: str = "/employee") -> None:
    if not await session.scalar(select(exists().where(Employee.number == number))):
        raise UnknownEmployee(number, pointer)


async def put_post(session: AsyncSession, code: str, body: PostIn) -> Post:
    return await session.merge(Post(code=code, **body.model_dump()))


async def find_post(session: AsyncSession, code: str) -> Post:
    post = await session.get(Post, code)
    if post is None:
        raise PostNotFound(f"There is no post '{code}'.")
    return post


async def require_post(session: AsyncSession, code: str, *, pointer: str = "/post") -> None:
    if await session.get(Post, code) is None:
        raise UnknownPost(code, pointer)


async def appoint(session: AsyncSession, body: HolderIn, *, actor: Actor) -> Holder:
    """Raises HeldAlready where the employee holds the post there in a part of the period."""
    require_reach(actor, body.unit)
    await require_employee(session, body.employee)
    if body.acts_for:
        await require_employee(session, body.acts_for, pointer="/acts_for")
    await require_post(session, body.post)
    await require_unit(session, body.unit, body.since)
    if await session.scalar(_overlapping(body)) is not None:
        raise HeldAlready(f"{body.employee} holds {body.post} in {body.unit} during a part of that period already.")
    holder = Holder(**body.model_dump())
    session.add(holder)
    await session.flush()
    return holder


def _overlapping(body: HolderIn) -> Select[Holder]:
    same = select(Holder).where(Holder.employee == body.employee, Holder.post == body.post, Holder.unit == body.unit)
    ends_later = or_(Holder.until.is_(None), Holder.until > body.since)
    return same.where(ends_later) if body.until is None else same.where(ends_later, Holder.since < body.until)


async def end_holding(session: AsyncSession, holder_id: UUID, body: HolderEnd, *, actor: Actor) -> Holder:
    statement = actor.scope(select(Holder).where(Holder.id == holder_id)).with_for_update()
    holder: Holder | None = await session.scalar(statement)
    if holder is None:
        raise HolderNotFound(f"There is no holder {holder_id} in your unit.")
    if body.until <= holder.since:
        raise Invalid(f"The holding began at {holder.since.isoformat()} and must end after that.")
    holder.until = body.until
    return holder


async def answering_at(
    session: AsyncSession, at: datetime, *, post: str | None = None, employee: str | None = None
) -> list[Holding]:
    """Who answers for which posts at that moment, acting holders in place of those they act for."""
    statement = select(Holder).where(Holder.since <= at, or_(Holder.until.is_(None), Holder.until > at))
    if post is not None:
        statement = statement.where(Holder.post == post)
    rows = (await session.scalars(statement)).all()
    found = answering((Holding(h.employee, h.post, h.unit, h.since, h.until, h.acts_for) for h in rows), at)
    return [holding for holding in found if employee in (None, holding.employee)]


async def team_for(session: AsyncSession, post: str, unit: str, at: datetime) -> str:
    """The unit whose ``post`` works for ``unit``; ``unit`` itself where nobody holds the post."""
    holdings = await answering_at(session, at, post=post)
    return nearest(unit, {holding.unit for holding in holdings}) or unit


async def only_team(session: AsyncSession, post: str, unit: str, at: datetime) -> str | None:
    """The one unit within ``unit`` that holds the post; None where there is none, or more than one."""
    units = {h.unit for h in await answering_at(session, at, post=post) if within(h.unit, unit)}
    return units.pop() if len(units) == 1 else None


async def company_root(session: AsyncSession) -> str:
    """The unit above all others; ``/`` before any was told."""
    return await session.scalar(select(func.min(Unit.path))) or "/"
