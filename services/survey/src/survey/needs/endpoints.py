"""``/v1/needs``: what customers need."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import select

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.etags import Expected, tag
from kit.http import Ctx
from kit.idempotency import Once
from kit.paging import Items, Page, paged
from survey.needs import service
from survey.needs.lifecycle import State
from survey.needs.models import Need, NeedVersion
from survey.needs.schemas import Code, NeedDefinition, NeedIn, NeedOut, NeedsImport, NeedsImported, SubProcess

router = APIRouter(prefix="/v1/needs", tags=["needs"])

Editor = Annotated[Actor, Depends(allow(Role.ANALYST, Role.ADMIN))]
Reader = Annotated[
    Actor,
    Depends(allow(Role.ANALYST, Role.ADMIN, Role.AGENT, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.AUDITOR)),
]


@router.post("", status_code=201)
async def add_need(
    given: NeedIn, session: WriteSession, context: Ctx, _: Editor, once: Once, response: Response
) -> NeedOut:
    """An active need that questionnaires may ask about."""
    kept = await once.seen(session)
    if kept is not None:
        return _shown(await service.find(session, kept), response)
    made = await service.add(session, given, context=context)
    await once.keep(session, made.code)
    response.headers["Location"] = f"/v1/needs/{made.code}"
    return _shown(made, response)


@router.post("/import")
async def import_needs(given: NeedsImport, session: WriteSession, context: Ctx, _: Editor) -> NeedsImported:
    """A whole set at once, all or nothing; may be repeated."""
    return await service.take_over(session, given, context=context)


@router.get("")
async def list_needs(
    session: ReadSession,
    _: Reader,
    page: Page,
    state: State | None = None,
    sub_process: Annotated[
        SubProcess | None, Query(description="Needs that hang on it, or on its main process")
    ] = None,
) -> Items[NeedOut]:
    """By code."""
    statement = select(Need)
    if state is not None:
        statement = statement.where(Need.state == state)
    if sub_process is not None:
        own = Need.definition["sub_processes"].contains([sub_process])
        statement = statement.where(own | Need.definition["main_processes"].contains([sub_process[:2]]))
    return await paged(session, statement, page, Need.code, out=NeedOut)


@router.get("/{code}")
async def get_need(code: Code, session: ReadSession, _: Reader, response: Response) -> NeedOut:
    return _shown(await service.find(session, code), response)


@router.put("/{code}")
async def change_need(
    code: Code,
    definition: NeedDefinition,
    session: WriteSession,
    context: Ctx,
    _: Editor,
    response: Response,
    expected: Expected,
) -> NeedOut:
    """A new version; 412 when somebody else changed it meanwhile."""
    return _shown(await service.change(session, code, definition, expected=expected, context=context), response)


@router.delete("/{code}", status_code=204)
async def delete_need(code: Code, session: WriteSession, _: Editor) -> None:
    """One that no published questionnaire ever asked about; others are retired."""
    await service.delete(session, code)


@router.post("/{code}/retire")
async def retire_need(code: Code, session: WriteSession, context: Ctx, _: Editor, response: Response) -> NeedOut:
    """No new questionnaire may ask about it; those published go on."""
    return _shown(await service.move(session, code, "retired", context=context), response)


@router.post("/{code}/activate")
async def activate_need(code: Code, session: WriteSession, context: Ctx, _: Editor, response: Response) -> NeedOut:
    """It may be asked about again."""
    return _shown(await service.move(session, code, "active", context=context), response)


@router.get("/{code}/versions")
async def list_need_versions(code: Code, session: ReadSession, _: Reader, page: Page) -> Items[NeedOut]:
    """How it came to be as it is, oldest first."""
    await service.find(session, code)
    statement = select(NeedVersion).where(NeedVersion.code == code)
    return await paged(session, statement, page, NeedVersion.version, out=NeedOut)


def _shown(found: Need, response: Response) -> NeedOut:
    tag(response, found.version)
    return NeedOut.model_validate(found)
