"""Duties over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy import select

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.paging import Items, Page, paged
from responsibility.duties import service
from responsibility.duties.models import Duty
from responsibility.duties.rules import DutyText
from responsibility.duties.schemas import (
    DutiesImported,
    DutiesIn,
    DutyCode,
    DutyIn,
    DutyOut,
    SubProcessCode,
)
from responsibility.organisation.schemas import PostCode

Staff = Annotated[Actor, Depends(allow(*Role))]
DutyWriter = Annotated[Actor, Depends(allow(Role.ADMIN, Role.MANAGER, Role.UNIT_HEAD))]
DutyPublisher = Annotated[Actor, Depends(allow(Role.ADMIN, Role.UNIT_HEAD, Role.LEADER))]
Code = Annotated[DutyCode, Path()]
MAX_DUTIES = 16 * 1024**2

router = APIRouter(prefix="/v1/duties", tags=["duties"])


@router.post("", status_code=201)
async def draft_duty(body: DutyIn, session: WriteSession, _: DutyWriter, context: Ctx) -> DutyOut:
    """A duty with its first draft; nobody is held to it before it is published."""
    return await service.duty_out(session, await service.draft_duty(session, body, context=context))


@router.post("/import", max_body_size=MAX_DUTIES)
async def import_duties(body: DutiesIn, session: WriteSession, _: DutyPublisher, context: Ctx) -> DutiesImported:
    """Publishes all of them or none; every fault is named by its place."""
    return await service.import_duties(session, body, context=context)


@router.get("")
async def list_duties(
    session: ReadSession,
    _: Staff,
    page: Page,
    post: PostCode | None = None,
    sub_process: SubProcessCode | None = None,
) -> Items[DutyOut]:
    statement = select(Duty)
    if post is not None:
        statement = statement.where(Duty.post == post)
    if sub_process is not None:
        statement = statement.where(Duty.sub_process == sub_process)
    rows = await paged(session, statement, page, Duty.code, out=service.DutyRow)
    codes = [row.code for row in rows.items]
    duties = list(await session.scalars(select(Duty).where(Duty.code.in_(codes)).order_by(Duty.code)))
    return Items[DutyOut](items=await service.duties_out(session, duties), next=rows.next)


@router.get("/{code}")
async def get_duty(code: Code, session: ReadSession, _: Staff) -> DutyOut:
    return await service.duty_out(session, await service.find_duty(session, code))


@router.put("/{code}/draft")
async def put_duty_draft(code: Code, body: DutyText, session: WriteSession, _: DutyWriter) -> DutyOut:
    """What the next version is to say."""
    return await service.duty_out(session, await service.redraft(session, code, body))


@router.post("/{code}/publish")
async def publish_duty(code: Code, session: WriteSession, _: DutyPublisher, context: Ctx) -> DutyOut:
    """Makes the draft the version in force. It never changes again."""
    return await service.duty_out(session, await service.publish(session, code, at=context.clock.now()))
