"""Findings and actions over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.errors import Forbidden
from kit.http import Ctx
from kit.idempotency import Once
from kit.paging import Items, Page, paged
from responsibility.actions import service as action_service
from responsibility.actions.models import Action, ActionState
from responsibility.actions.schemas import ActionDoneIn, ActionOut
from responsibility.cases.service import find_case
from responsibility.duties.schemas import SubProcessCode
from responsibility.findings import service
from responsibility.findings.lifecycle import FindingState
from responsibility.findings.models import Finding
from responsibility.findings.schemas import (
    AnalyseIn,
    AttachIn,
    CloseIn,
    ContainIn,
    FindingDetail,
    FindingIn,
    FindingOut,
    PlanIn,
    ReopenIn,
    VerifyIn,
)

FindingOpener = Annotated[Actor, Depends(allow(Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.AUDITOR))]
FindingWorker = Annotated[Actor, Depends(allow(Role.MANAGER, Role.UNIT_HEAD))]
FindingVerifier = Annotated[Actor, Depends(allow(Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.AUDITOR))]
FindingCloser = Annotated[Actor, Depends(allow(Role.UNIT_HEAD, Role.LEADER))]
FindingReader = Annotated[
    Actor,
    Depends(
        allow(
            Role.EMPLOYEE,
            Role.OPERATOR,
            Role.MANAGER,
            Role.UNIT_HEAD,
            Role.LEADER,
            Role.AUDITOR,
            Role.UNION,
            Role.ANALYST,
            Role.SERVICE,
        )
    ),
]
ActionDoer = Annotated[
    Actor, Depends(allow(Role.EMPLOYEE, Role.AGENT, Role.CREW, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER))
]
ActionReader = Annotated[
    Actor,
    Depends(
        allow(
            Role.EMPLOYEE,
            Role.AGENT,
            Role.CREW,
            Role.MANAGER,
            Role.UNIT_HEAD,
            Role.LEADER,
            Role.AUDITOR,
            Role.UNION,
        )
    ),
]

router = APIRouter(prefix="/v1")


@router.post("/findings", status_code=201, tags=["findings"])
async def open_finding(
    body: FindingIn, session: WriteSession, actor: FindingOpener, context: Ctx, once: Once
) -> FindingDetail:
    """409 names the finding that is open for the same sub-process, unit and cause."""
    kept = await once.seen(session)
    if kept is not None:
        finding = await service.find_finding(session, UUID(kept), actor=actor)
        return await service.finding_detail(session, finding, context=context, actor=actor)
    finding = await service.open_by_hand(session, body, context=context, actor=actor)
    await once.keep(session, str(finding.id))
    return await service.finding_detail(session, finding, context=context, actor=actor)


@router.get("/findings", tags=["findings"])
async def list_findings(
    session: ReadSession,
    actor: FindingReader,
    page: Page,
    state: FindingState | None = None,
    sub_process: SubProcessCode | None = None,
    cause: str | None = None,
) -> Items[FindingOut]:
    """Newest first, in the actor's units."""
    wanted = {"state": state, "sub_process": sub_process, "cause": cause}
    given = {name: value for name, value in wanted.items() if value is not None}
    statement = actor.scope(select(Finding)).filter_by(**given)
    return await paged(session, statement, page, Finding.opened_at, Finding.id, out=FindingOut, newest_first=True)


@router.get("/findings/{finding_id}", tags=["findings"])
async def get_finding(finding_id: UUID, session: ReadSession, actor: FindingReader, context: Ctx) -> FindingDetail:
    """With cases, why-chain, actions and every effect measured."""
    finding = await service.find_finding(session, finding_id, actor=actor)
    return await service.finding_detail(session, finding, context=context, actor=actor)


@router.post("/findings/{finding_id}/cases", tags=["findings"])
async def attach_case(
    finding_id: UUID, body: AttachIn, session: WriteSession, actor: FindingOpener, context: Ctx
) -> FindingDetail:
    finding = await service.find_finding(session, finding_id, actor=actor, lock=True)
    case = await find_case(session, body.case_id, actor=actor)
    await service.attach(session, finding, case, context.clock.now())
    return await service.finding_detail(session, finding, context=context, actor=actor)


@router.post("/findings/{finding_id}/contain", tags=["findings"])
async def contain_finding(
    finding_id: UUID, body: ContainIn, session: WriteSession, actor: FindingWorker, context: Ctx
) -> FindingDetail:
    """What stops the hurt at once."""
    finding = await service.find_finding(session, finding_id, actor=actor, lock=True)
    await service.contain(session, finding, body, context=context)
    return await service.finding_detail(session, finding, context=context, actor=actor)


@router.post("/findings/{finding_id}/analyse", tags=["findings"])
async def analyse_finding(
    finding_id: UUID, body: AnalyseIn, session: WriteSession, actor: FindingWorker, context: Ctx
) -> FindingDetail:
    """The chain of whys down to RC1, RC2, RC3 or RC4, and the post and duty where it lies."""
    finding = await service.find_finding(session, finding_id, actor=actor, lock=True)
    await service.analyse(session, finding, body, context=context)
    return await service.finding_detail(session, finding, context=context, actor=actor)


@router.post("/findings/{finding_id}/actions", status_code=201, tags=["findings"])
async def plan_actions(
    finding_id: UUID, body: PlanIn, session: WriteSession, actor: FindingWorker, context: Ctx
) -> FindingDetail:
    finding = await service.find_finding(session, finding_id, actor=actor, lock=True)
    await service.plan(session, finding, body, context=context, by=actor.employee)
    return await service.finding_detail(session, finding, context=context, actor=actor)


@router.post("/findings/{finding_id}/verify", tags=["findings"])
async def verify_finding(
    finding_id: UUID, body: VerifyIn, session: WriteSession, actor: FindingVerifier, context: Ctx
) -> FindingDetail:
    """By another than the owner. From then on later customers are watched."""
    finding = await service.find_finding(session, finding_id, actor=actor, lock=True)
    await service.verify(session, finding, body, context=context, by=actor.employee)
    return await service.finding_detail(session, finding, context=context, actor=actor)


@router.post("/findings/{finding_id}/close", tags=["findings"])
async def close_finding(
    finding_id: UUID, body: CloseIn, session: WriteSession, actor: FindingCloser, context: Ctx
) -> FindingDetail:
    """Where no effect can be measured, with a signed reason. A proven effect closes a finding by itself."""
    finding = await service.find_finding(session, finding_id, actor=actor, lock=True)
    await service.close_unmeasurable(session, finding, body, context=context, by=actor.employee)
    return await service.finding_detail(session, finding, context=context, actor=actor)


@router.post("/findings/{finding_id}/reopen", tags=["findings"])
async def reopen_finding(
    finding_id: UUID, body: ReopenIn, session: WriteSession, actor: FindingOpener, context: Ctx
) -> FindingDetail:
    finding = await service.find_finding(session, finding_id, actor=actor, lock=True)
    await service.reopen_by_hand(session, finding, body, context=context)
    return await service.finding_detail(session, finding, context=context, actor=actor)


@router.get("/actions", tags=["actions"])
async def list_actions(
    session: ReadSession,
    actor: ActionReader,
    page: Page,
    context: Ctx,
    state: ActionState | None = None,
    mine: Annotated[bool, Query(description="Only those that name me")] = False,
) -> Items[ActionOut]:
    statement = actor.scope(select(Action))
    if mine:
        if actor.employee is None:
            raise Forbidden("'mine' is for employees; this account has no employee number.")
        statement = statement.where(Action.employee == actor.employee)
    if state is not None:
        statement = statement.where(Action.state == state)
    rows = await paged(session, statement, page, Action.id, out=action_service.SealedAction)
    return Items[ActionOut](items=[action_service.action_out(row, context) for row in rows.items], next=rows.next)


@router.get("/actions/{action_id}", tags=["actions"])
async def get_action(action_id: UUID, session: ReadSession, actor: ActionReader, context: Ctx) -> ActionOut:
    return action_service.action_out(await action_service.find_action(session, action_id, actor=actor), context)


@router.post("/actions/{action_id}/done", tags=["actions"])
async def finish_action(
    action_id: UUID, body: ActionDoneIn, session: WriteSession, actor: ActionDoer, context: Ctx
) -> ActionOut:
    """With its evidence. When the last one is done the finding is implemented."""
    action = await action_service.find_action(session, action_id, actor=actor)
    await action_service.require_owner(session, action, context=context, actor=actor)
    await service.finish(session, action, body, context=context, by=actor.employee or actor.subject)
    return action_service.action_out(action, context)
