"""Units, employees, posts and holders over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import AwareDatetime
from sqlalchemy import or_, select

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.errors import Stale
from kit.http import Ctx
from kit.paging import Items, Page, paged
from responsibility.organisation import service
from responsibility.organisation.models import Employee, Holder, Post, Unit
from responsibility.organisation.schemas import (
    EmployeeIn,
    EmployeeNumber,
    EmployeeOut,
    HolderEnd,
    HolderIn,
    HolderOut,
    PostCode,
    PostIn,
    PostOut,
    UnitChange,
    UnitIn,
    UnitOut,
)

Staff = Annotated[Actor, Depends(allow(*Role))]
OrganisationWriter = Annotated[Actor, Depends(allow(Role.ADMIN, Role.INTEGRATOR))]
PeopleReader = Annotated[
    Actor,
    Depends(
        allow(
            Role.ADMIN,
            Role.INTEGRATOR,
            Role.OPERATOR,
            Role.MANAGER,
            Role.UNIT_HEAD,
            Role.LEADER,
            Role.AUDITOR,
        )
    ),
]
At = Annotated[AwareDatetime | None, Query(description="Who and what is there at this moment; default: now")]

router = APIRouter(prefix="/v1")


def _etag(unit: Unit) -> str:
    return f'"{unit.revision}"'


@router.post("/units", status_code=201, tags=["units"])
async def open_unit(body: UnitIn, session: WriteSession, actor: OrganisationWriter) -> UnitOut:
    """The unit above must be there."""
    unit = await service.open_unit(session, body, actor=actor)
    return UnitOut.model_validate(unit, from_attributes=True)


@router.get("/units", tags=["units"])
async def list_units(session: ReadSession, _: Staff, page: Page, context: Ctx, at: At = None) -> Items[UnitOut]:
    """The tree at a moment, by path."""
    statement = service.units_at(at or context.clock.now())
    return await paged(session, statement, page, Unit.path, out=UnitOut)


@router.get("/units/{unit_id}", tags=["units"])
async def get_unit(unit_id: UUID, session: ReadSession, _: Staff, response: Response) -> UnitOut:
    unit = await service.find_unit(session, unit_id)
    response.headers["ETag"] = _etag(unit)
    return UnitOut.model_validate(unit, from_attributes=True)


@router.patch("/units/{unit_id}", tags=["units"])
async def change_unit(
    unit_id: UUID,
    body: UnitChange,
    session: WriteSession,
    actor: OrganisationWriter,
    response: Response,
    if_match: Annotated[str | None, Header(description="The ETag that was read")] = None,
) -> UnitOut:
    """Names, and the end of a unit; 412 when it was changed since the ETag was read."""
    unit = await service.find_unit(session, unit_id)
    if if_match is not None and if_match != _etag(unit):
        raise Stale(f"The unit is at {_etag(unit)} now, not at {if_match}: read it again.")
    changed = await service.change_unit(session, unit, body, actor=actor)
    response.headers["ETag"] = _etag(changed)
    return UnitOut.model_validate(changed, from_attributes=True)


@router.put("/employees/{number}", tags=["employees"])
async def put_employee(
    number: Annotated[EmployeeNumber, Path()],
    body: EmployeeIn,
    session: WriteSession,
    actor: OrganisationWriter,
    context: Ctx,
) -> EmployeeOut:
    """Makes or changes an employee; may be repeated."""
    employee = await service.put_employee(session, number, body, context=context, actor=actor)
    return service.employee_out(employee, context)


@router.get("/employees", tags=["employees"])
async def list_employees(session: ReadSession, actor: PeopleReader, page: Page, context: Ctx) -> Items[EmployeeOut]:
    rows = await paged(session, actor.scope(select(Employee)), page, Employee.number, out=service.SealedEmployee)
    return Items[EmployeeOut](items=[service.employee_out(row, context) for row in rows.items], next=rows.next)


@router.get("/employees/{number}", tags=["employees"])
async def get_employee(
    number: Annotated[EmployeeNumber, Path()], session: ReadSession, actor: PeopleReader, context: Ctx
) -> EmployeeOut:
    return service.employee_out(await service.find_employee(session, number, actor=actor), context)


@router.put("/posts/{code}", tags=["posts"])
async def put_post(
    code: Annotated[PostCode, Path()], body: PostIn, session: WriteSession, _: OrganisationWriter
) -> PostOut:
    """Posts come with the catalogue; this is for those that it does not name."""
    return PostOut.model_validate(await service.put_post(session, code, body), from_attributes=True)


@router.get("/posts", tags=["posts"])
async def list_posts(session: ReadSession, _: Staff, page: Page) -> Items[PostOut]:
    return await paged(session, select(Post), page, Post.code, out=PostOut)


@router.get("/posts/{code}", tags=["posts"])
async def get_post(code: Annotated[PostCode, Path()], session: ReadSession, _: Staff) -> PostOut:
    return PostOut.model_validate(await service.find_post(session, code), from_attributes=True)


@router.post("/holders", status_code=201, tags=["holders"])
async def appoint_holder(body: HolderIn, session: WriteSession, actor: OrganisationWriter) -> HolderOut:
    """Gives an employee a post in a unit for a period, or another's place meanwhile."""
    return HolderOut.model_validate(await service.appoint(session, body, actor=actor), from_attributes=True)


@router.patch("/holders/{holder_id}", tags=["holders"])
async def end_holder(holder_id: UUID, body: HolderEnd, session: WriteSession, actor: OrganisationWriter) -> HolderOut:
    holder = await service.end_holding(session, holder_id, body, actor=actor)
    return HolderOut.model_validate(holder, from_attributes=True)


@router.get("/holders", tags=["holders"])
async def list_holders(
    session: ReadSession,
    actor: Staff,
    page: Page,
    context: Ctx,
    post: PostCode | None = None,
    employee: EmployeeNumber | None = None,
    at: At = None,
) -> Items[HolderOut]:
    """Who holds what at a moment, acting holders beside those they act for."""
    moment: datetime = at or context.clock.now()
    statement = actor.scope(select(Holder)).where(
        Holder.since <= moment, or_(Holder.until.is_(None), Holder.until > moment)
    )
    if post is not None:
        statement = statement.where(Holder.post == post)
    if employee is not None:
        statement = statement.where(Holder.employee == employee)
    return await paged(session, statement, page, Holder.id, out=HolderOut)
