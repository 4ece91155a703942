"""Requests over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import select

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.idempotency import Once
from kit.paging import Items, Page, paged
from responsibility.orders.schemas import Account, OrderNumber
from responsibility.requests import service
from responsibility.requests.lifecycle import RequestState
from responsibility.requests.models import Request
from responsibility.requests.schemas import RequestIn, RequestMove, RequestOut

RequestTaker = Annotated[Actor, Depends(allow(Role.INTEGRATOR, Role.OPERATOR, Role.AGENT, Role.EMPLOYEE, Role.MANAGER))]
RequestReader = Annotated[
    Actor,
    Depends(
        allow(
            Role.INTEGRATOR,
            Role.OPERATOR,
            Role.AGENT,
            Role.EMPLOYEE,
            Role.MANAGER,
            Role.UNIT_HEAD,
            Role.LEADER,
            Role.AUDITOR,
            Role.SERVICE,
        )
    ),
]

router = APIRouter(prefix="/v1/requests", tags=["requests"])


def _out(request: Request) -> RequestOut:
    return RequestOut.model_validate(request, from_attributes=True)


@router.post("", status_code=201)
async def open_request(
    body: RequestIn, session: WriteSession, actor: RequestTaker, context: Ctx, once: Once
) -> RequestOut:
    """One matter, one number. With a route, the order that serves it is opened in the same transaction."""
    kept = await once.seen(session)
    if kept is not None:
        return _out(await service.find_request(session, UUID(kept), actor=actor))
    request = await service.open_request(session, body, context=context, actor=actor)
    await once.keep(session, str(request.id))
    return _out(request)


@router.get("")
async def list_requests(
    session: ReadSession,
    actor: RequestReader,
    page: Page,
    number: OrderNumber | None = None,
    account: Account | None = None,
    state: RequestState | None = None,
) -> Items[RequestOut]:
    """Newest first."""
    wanted = {"number": number, "account": account, "state": state}
    given = {name: value for name, value in wanted.items() if value is not None}
    statement = actor.scope(select(Request)).filter_by(**given)
    return await paged(session, statement, page, Request.opened_at, Request.id, out=RequestOut, newest_first=True)


@router.get("/{request_id}")
async def get_request(request_id: UUID, session: ReadSession, actor: RequestReader) -> RequestOut:
    return _out(await service.find_request(session, request_id, actor=actor))


@router.post("/{request_id}/done")
async def finish_request(
    request_id: UUID, body: RequestMove, session: WriteSession, actor: RequestTaker, context: Ctx
) -> RequestOut:
    request = await service.find_request(session, request_id, actor=actor, lock=True)
    await service.finish(session, request, body.happened_at or context.clock.now(), context=context)
    return _out(request)


@router.post("/{request_id}/not-solved")
async def object_to_request(
    request_id: UUID, body: RequestMove, session: WriteSession, actor: RequestTaker, context: Ctx
) -> RequestOut:
    """The customer says that what was called done is not solved: a case is opened."""
    request = await service.find_request(session, request_id, actor=actor, lock=True)
    await service.object_to(session, request, body.happened_at or context.clock.now(), context=context)
    return _out(request)
