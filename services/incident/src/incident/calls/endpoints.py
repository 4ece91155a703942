"""``/v1/trouble-calls``: taken from the hotline, the app, the hall; answered at once."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import select

from incident.calls import service
from incident.calls.models import TroubleCall
from incident.calls.schemas import TroubleCallDetail, TroubleCallIn, TroubleCallShown
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.paging import Items, Page, paged

router = APIRouter(prefix="/v1/trouble-calls", tags=["trouble-calls"])

Taker = Annotated[Actor, Depends(allow(Role.AGENT, Role.DISPATCHER, Role.OPERATOR, Role.INTEGRATOR, Role.SERVICE))]
Reader = Annotated[Actor, Depends(allow(Role.AGENT, Role.DISPATCHER, Role.OPERATOR, Role.SERVICE))]


@router.post("", status_code=201, responses={200: {"model": TroubleCallShown}})
async def report_trouble(
    session: WriteSession, context: Ctx, actor: Taker, response: Response, sent: TroubleCallIn
) -> TroubleCallShown:
    """The same id and body again are the same call (200). Words of danger raise the alarm at once."""
    call, is_new = await service.receive(session, sent, context=context, actor=actor)
    response.status_code = 201 if is_new else 200
    return TroubleCallShown.model_validate(call)


@router.get("")
async def list_trouble_calls(
    session: ReadSession, actor: Reader, page: Page, danger: Annotated[bool | None, Query()] = None
) -> Items[TroubleCallShown]:
    statement = actor.scope(select(TroubleCall))
    if danger is not None:
        statement = statement.where(TroubleCall.danger == danger)
    return await paged(session, statement, page, TroubleCall.id, out=TroubleCallShown, newest_first=True)


@router.get("/{call_id}")
async def get_trouble_call(session: ReadSession, context: Ctx, actor: Reader, call_id: UUID) -> TroubleCallDetail:
    call = await service.trouble_call(session, call_id, actor)
    return TroubleCallDetail(
        **TroubleCallShown.model_validate(call).model_dump(),
        caller=service.opened(call.caller, call, context),
        phone=service.opened(call.phone, call, context),
        words=service.opened(call.words, call, context),
    )
