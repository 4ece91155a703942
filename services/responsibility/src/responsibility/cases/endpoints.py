"""Cases over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.idempotency import Once
from kit.paging import Items, Page, paged
from responsibility.cases import service
from responsibility.cases.lifecycle import CaseState
from responsibility.cases.models import Case, CaseSource
from responsibility.cases.schemas import AnswerIn, CaseDetail, CaseIn, CaseMove, CaseOut, RestitutionIn
from responsibility.duties.schemas import SubProcessCode
from responsibility.orders.schemas import Account

CaseOpener = Annotated[Actor, Depends(allow(Role.INTEGRATOR, Role.AGENT, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER))]
CaseHandler = Annotated[Actor, Depends(allow(Role.AGENT, Role.MANAGER, Role.UNIT_HEAD))]
CaseReader = Annotated[
    Actor,
    Depends(
        allow(
            Role.AGENT,
            Role.OPERATOR,
            Role.MANAGER,
            Role.UNIT_HEAD,
            Role.LEADER,
            Role.AUDITOR,
            Role.SERVICE,
        )
    ),
]

router = APIRouter(prefix="/v1/cases", tags=["cases"])


@router.post("", status_code=201)
async def open_case(body: CaseIn, session: WriteSession, actor: CaseOpener, context: Ctx, once: Once) -> CaseDetail:
    """By hand, for a hurt that came another way than by a low answer or a request."""
    kept = await once.seen(session)
    if kept is not None:
        case = await service.find_case(session, UUID(kept), actor=actor)
        return await service.case_detail(session, case, context=context, actor=actor)
    case = await service.open_by_hand(session, body, context=context, actor=actor)
    await once.keep(session, str(case.id))
    return await service.case_detail(session, case, context=context, actor=actor)


@router.get("")
async def list_cases(
    session: ReadSession,
    actor: CaseReader,
    page: Page,
    state: CaseState | None = None,
    source: CaseSource | None = None,
    account: Account | None = None,
    sub_process: SubProcessCode | None = None,
    response_id: UUID | None = None,
    escalated: Annotated[bool | None, Query(description="Whether the promise ran out")] = None,
) -> Items[CaseOut]:
    """Newest first, in the actor's units."""
    wanted = {
        "state": state,
        "source": source,
        "account": account,
        "sub_process": sub_process,
        "response_id": response_id,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    statement = actor.scope(select(Case)).filter_by(**given)
    if escalated is not None:
        statement = statement.where(Case.escalated_at.is_not(None) if escalated else Case.escalated_at.is_(None))
    return await paged(session, statement, page, Case.opened_at, Case.id, out=CaseOut, newest_first=True)


@router.get("/{case_id}")
async def get_case(case_id: UUID, session: ReadSession, actor: CaseReader, context: Ctx) -> CaseDetail:
    case = await service.find_case(session, case_id, actor=actor)
    return await service.case_detail(session, case, context=context, actor=actor)


@router.post("/{case_id}/contact")
async def contact_customer(
    case_id: UUID, body: CaseMove, session: WriteSession, actor: CaseHandler, context: Ctx
) -> CaseDetail:
    """409 where the customer wished no contact."""
    case = await service.find_case(session, case_id, actor=actor, lock=True)
    await service.contact(session, case, body, context=context, by=actor.employee or actor.subject)
    return await service.case_detail(session, case, context=context, actor=actor)


@router.post("/{case_id}/answer")
async def answer_case(
    case_id: UUID, body: AnswerIn, session: WriteSession, actor: CaseHandler, context: Ctx
) -> CaseDetail:
    """What came of it, and how the customer is to be made good."""
    case = await service.find_case(session, case_id, actor=actor, lock=True)
    await service.answer(session, case, body, context=context, by=actor.employee or actor.subject)
    return await service.case_detail(session, case, context=context, actor=actor)


@router.post("/{case_id}/restitution")
async def make_good(
    case_id: UUID, body: RestitutionIn, session: WriteSession, actor: CaseHandler, context: Ctx
) -> CaseDetail:
    """What was made good, with its voucher; the money moves elsewhere."""
    case = await service.find_case(session, case_id, actor=actor, lock=True)
    await service.make_good(session, case, body, context=context, by=actor.employee or actor.subject)
    return await service.case_detail(session, case, context=context, actor=actor)


@router.post("/{case_id}/call-back")
async def call_back(
    case_id: UUID, body: CaseMove, session: WriteSession, actor: CaseHandler, context: Ctx
) -> CaseDetail:
    case = await service.find_case(session, case_id, actor=actor, lock=True)
    await service.call_back(session, case, body, context=context, by=actor.employee or actor.subject)
    return await service.case_detail(session, case, context=context, actor=actor)


@router.post("/{case_id}/close")
async def close_case(
    case_id: UUID, body: CaseMove, session: WriteSession, actor: CaseHandler, context: Ctx
) -> CaseDetail:
    """Waits for no finding; 409 while what was promised is not made good."""
    case = await service.find_case(session, case_id, actor=actor, lock=True)
    await service.close(session, case, body, context=context, by=actor.employee or actor.subject)
    return await service.case_detail(session, case, context=context, actor=actor)


@router.post("/{case_id}/reopen")
async def reopen_case(
    case_id: UUID, body: CaseMove, session: WriteSession, actor: CaseHandler, context: Ctx
) -> CaseDetail:
    """The customer says that it was not solved."""
    case = await service.find_case(session, case_id, actor=actor, lock=True)
    await service.reopen(session, case, body, context=context, by=actor.employee or actor.subject)
    return await service.case_detail(session, case, context=context, actor=actor)
