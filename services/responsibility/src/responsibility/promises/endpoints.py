"""Dated rules over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.paging import Items, Page, paged
from responsibility.promises import service
from responsibility.promises.models import Promise
from responsibility.promises.schemas import Code, PromiseIn, PromiseOut

Staff = Annotated[Actor, Depends(allow(*Role))]
PromiseWriter = Annotated[Actor, Depends(allow(Role.ADMIN, Role.LEADER))]

router = APIRouter(prefix="/v1/promises", tags=["promises"])


@router.put("/{code}")
async def put_promise(
    code: Annotated[Code, Path()], body: PromiseIn, session: WriteSession, _: PromiseWriter
) -> PromiseOut:
    """A rule from a date on; what was promised before it keeps the rule of its time."""
    return PromiseOut.model_validate(await service.add_rule(session, code, body), from_attributes=True)


@router.get("")
async def list_promises(
    session: ReadSession,
    _: Staff,
    page: Page,
    context: Ctx,
    at: Annotated[AwareDatetime | None, Query(description="In force at this moment; default: now")] = None,
) -> Items[PromiseOut]:
    statement = service.in_force(at or context.clock.now())
    return await paged(session, statement, page, Promise.code, out=PromiseOut)
