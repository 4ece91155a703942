"""Findings: what single cases have in common, from the root cause to the effect on later customers."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Sequence as NumberSequence
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.contracts.base import Payload
from kit.contracts.responsibility import (
    FindingAnalysed,
    FindingClosed,
    FindingOpened,
    FindingReopened,
    FindingVerified,
)
from kit.errors import Conflict, Forbidden, NotFound
from kit.events.log import emit
from kit.ids import new_id
from kit.lineage import current
from responsibility.actions import service as actions
from responsibility.actions.models import Action
from responsibility.actions.schemas import ActionDoneIn
from responsibility.cases.models import Case
from responsibility.cases.service import find_case
from responsibility.catalogue.service import find_sub_process, version_in_force
from responsibility.duties.service import find_duty
from responsibility.findings.lifecycle import after
from responsibility.findings.models import EffectMeasure, Finding, FindingCase, Origin
from responsibility.findings.schemas import (
    AnalyseIn,
    CloseIn,
    ContainIn,
    EffectOut,
    FindingDetail,
    FindingIn,
    FindingOut,
    PlanIn,
    ReopenIn,
    VerifyIn,
    Why,
)
from responsibility.orders.service import require_time
from responsibility.organisation.service import require_employee, require_post, require_reach, require_unit
from responsibility.promises.service import amount


class FindingNotFound(NotFound):
    code = "finding_not_found"


class FindingOpen(Conflict):
    code, title = "finding_open", "There is an open finding of this kind"


class AttachedElsewhere(Conflict):
    code = "attached_elsewhere"


class NeedsAnother(Forbidden):
    code, title = "needs_another", "This is for somebody else to do"


class NothingToVerify(Conflict):
    code = "nothing_to_verify"


async def open_finding(
    session: AsyncSession,
    *,
    unit: str,
    sub_process: str,
    cause: str,
    driver: str | None,
    origin: Origin,
    cases: Sequence[Case],
    at: datetime,
    owner: str | None = None,
) -> Finding:
    """One per (sub-process, unit, cause) is open at a time; the caller has looked, and the database holds it."""
    identity = new_id()
    finding = Finding(
        id=identity,
        number=await _next_number(session, at.year),
        unit=unit,
        sub_process=sub_process,
        cause=cause,
        driver=driver,
        origin=origin,
        owner=owner,
        opened_at=at,
        correlation=current.get().correlation or str(identity),
    )
    session.add(finding)
    await session.flush()
    for case in cases:
        await attach(session, finding, case, at)
    opened = FindingOpened(
        finding_id=finding.id,
        number=finding.number,
        sub_process=sub_process,
        cause=cause,
        driver=driver,
        opened_at=at,
        cases=len(cases),
    )
    announce(session, finding, opened)
    return finding


async def _next_number(session: AsyncSession, year: int) -> str:
    number = await session.scalar(select(NumberSequence("finding_number").next_value()))
    return f"FND-{year}-{number:06d}"


def announce(session: AsyncSession, finding: Finding, payload: Payload) -> None:
    emit(session, payload, subject=str(finding.id), unit=finding.unit, correlation=finding.correlation)


async def open_by_hand(session: AsyncSession, body: FindingIn, *, context: Context, actor: Actor) -> Finding:
    """Raises FindingOpen with the number of the open one, to which the cases can be attached."""
    require_reach(actor, body.unit)
    at = context.clock.now()
    await require_unit(session, body.unit, at)
    version = await version_in_force(session, at, context=context)
    await find_sub_process(session, version.version, body.sub_process)
    if body.owner is not None:
        await require_employee(session, body.owner, pointer="/owner")
    present = await standing(session, body.sub_process, body.unit, body.cause)
    if present is not None:
        raise FindingOpen(f"{present.number} is open for the same; attach the cases to it.", finding=str(present.id))
    return await open_finding(
        session,
        unit=body.unit,
        sub_process=body.sub_process,
        cause=body.cause,
        driver=body.driver,
        origin="person",
        owner=body.owner,
        cases=[await find_case(session, case_id, actor=actor) for case_id in body.cases],
        at=at,
    )


async def standing(session: AsyncSession, sub_process: str, unit: str, cause: str) -> Finding | None:
    """The open finding of that kind."""
    statement = select(Finding).where(
        Finding.sub_process == sub_process, Finding.unit == unit, Finding.cause == cause, Finding.state != "closed"
    )
    return await session.scalar(statement.with_for_update())


async def that_stood(session: AsyncSession, sub_process: str, unit: str, cause: str, at: datetime) -> Finding | None:
    """The finding of that kind that is closed by now, and was open at ``at``."""
    statement = select(Finding).where(
        Finding.sub_process == sub_process,
        Finding.unit == unit,
        Finding.cause == cause,
        Finding.opened_at <= at,
        Finding.closed_at >= at,
    )
    return await session.scalar(statement.order_by(Finding.closed_at).limit(1))


async def find_finding(session: AsyncSession, finding_id: UUID, *, actor: Actor, lock: bool = False) -> Finding:
    statement = actor.scope(select(Finding).where(Finding.id == finding_id))
    finding: Finding | None = await session.scalar(statement.with_for_update() if lock else statement)
    if finding is None:
        raise FindingNotFound(f"There is no finding {finding_id} in your unit.")
    return finding


async def attach(session: AsyncSession, finding: Finding, case: Case, at: datetime) -> None:
    """Again is no second time. Raises AttachedElsewhere."""
    statement = select(FindingCase).where(FindingCase.case_id == case.id)
    present = await session.scalar(statement)
    if present is None:
        session.add(FindingCase(finding_id=finding.id, case_id=case.id, attached_at=at))
        await session.flush()
    elif present.finding_id != finding.id:
        raise AttachedElsewhere(f"Case {case.number} is attached to another finding already.")


def _move(finding: Finding, name: str, at: datetime, context: Context) -> None:
    state = after(finding.state, name)
    require_time(at, earliest=finding.opened_at, context=context)
    finding.state = state


def _when(body: ContainIn | AnalyseIn | PlanIn | VerifyIn | CloseIn | ReopenIn, context: Context) -> datetime:
    return body.happened_at or context.clock.now()


async def contain(session: AsyncSession, finding: Finding, body: ContainIn, *, context: Context) -> None:
    at = _when(body, context)
    _move(finding, "contain", at, context)
    finding.contained_at = at
    finding.containment = context.keyring.seal(finding.id, body.note)
    await session.flush()


async def analyse(session: AsyncSession, finding: Finding, body: AnalyseIn, *, context: Context) -> None:
    """Names the root cause, and the post and duty where it lies."""
    at = _when(body, context)
    _move(finding, "analyse", at, context)
    await require_post(session, body.post)
    if body.duty is not None:
        await find_duty(session, body.duty)
    chain = json.dumps([link.model_dump() for link in body.why], ensure_ascii=False)
    finding.analysed_at, finding.root_cause = at, body.root_cause
    finding.post, finding.duty = body.post, body.duty
    finding.why = context.keyring.seal(finding.id, chain)
    await session.flush()
    announce(session, finding, FindingAnalysed(finding_id=finding.id, root_cause=body.root_cause, analysed_at=at))


async def plan(session: AsyncSession, finding: Finding, body: PlanIn, *, context: Context, by: str | None) -> None:
    """Adds actions, and names who answers for the finding."""
    _move(finding, "plan", _when(body, context), context)
    owner = body.owner or finding.owner or by
    if owner is None:
        raise Conflict("Name the owner: the employee who answers for the finding, and who does not verify it.")
    await require_employee(session, owner, pointer="/owner")
    finding.owner = owner
    await session.flush()
    for action in body.actions:
        await actions.plan_action(session, finding.id, finding.unit, action, number=finding.reopened, context=context)


async def finish(session: AsyncSession, action: Action, body: ActionDoneIn, *, context: Context, by: str) -> None:
    """An action done; with the last one the finding is implemented."""
    statement = select(Finding).where(Finding.id == action.finding_id)
    finding = (await session.scalars(statement.with_for_update())).one()
    await session.refresh(action)
    await actions.finish_action(
        session,
        action,
        body,
        earliest=finding.opened_at,
        by=by,
        context=context,
        correlation=finding.correlation,
    )
    await _settle(session, finding)


async def _settle(session: AsyncSession, finding: Finding) -> None:
    mine = await _round(session, finding)
    if finding.state == "planned" and mine and all(action.state == "done" for action in mine):
        finding.state = after(finding.state, "implement")
        await session.flush()


async def _round(session: AsyncSession, finding: Finding) -> list[Action]:
    return [a for a in await actions.actions_of(session, finding.id) if a.round == finding.reopened]


async def verify(session: AsyncSession, finding: Finding, body: VerifyIn, *, context: Context, by: str | None) -> None:
    """At once, by another than the owner; from then on later customers are watched. Raises NeedsAnother."""
    if by is None or by == finding.owner:
        raise NeedsAnother(f"{finding.number} is owned by {finding.owner}; another employee verifies it.")
    at = _when(body, context)
    if not body.effective:
        _move(finding, "refuse", at, context)
        return
    after(finding.state, "verify")
    await require_employee(session, by)
    minimum = await amount(session, "effect.minimum_n", at)
    mine = [a for a in await _round(session, finding) if a.started_at and a.done_at]
    if not mine:
        raise NothingToVerify(f"No action of {finding.number} has been done.")
    _move(finding, "verify", at, context)
    finding.verified_by, finding.verified_at, finding.minimum_n = by, at, minimum
    finding.before_to = min(a.started_at for a in mine if a.started_at)
    finding.effective_at = max(a.done_at for a in mine if a.done_at)
    finding.state = after(finding.state, "watch")
    await session.flush()
    announce(session, finding, _verified(finding, at, finding.before_to, finding.effective_at, minimum))


def _verified(
    finding: Finding, at: datetime, before_to: datetime, effective_at: datetime, minimum_n: int
) -> FindingVerified:
    return FindingVerified(
        finding_id=finding.id,
        sub_process=finding.sub_process,
        driver=finding.driver,
        unit=finding.unit,
        before_to=before_to,
        effective_at=effective_at,
        minimum_n=minimum_n,
        verified_at=at,
    )


async def close_proven(session: AsyncSession, finding: Finding, at: datetime) -> None:
    finding.state = after(finding.state, "close")
    finding.outcome, finding.closed_at = "effect_proven", at
    await session.flush()
    announce(session, finding, FindingClosed(finding_id=finding.id, outcome="effect_proven", closed_at=at))


async def close_unmeasurable(
    session: AsyncSession, finding: Finding, body: CloseIn, *, context: Context, by: str | None
) -> None:
    """With a reason that a named person signs for, not the owner. Raises NeedsAnother."""
    if by is None or by == finding.owner:
        raise NeedsAnother(f"Another employee than the owner ({finding.owner}) signs that no effect can be measured.")
    at = _when(body, context)
    _move(finding, "close", at, context)
    finding.outcome, finding.closed_at, finding.closed_by = body.outcome, at, by
    finding.reason = context.keyring.seal(finding.id, body.reason)
    await session.flush()
    announce(session, finding, FindingClosed(finding_id=finding.id, outcome=body.outcome, closed_at=at))


async def reopen(session: AsyncSession, finding: Finding, at: datetime, *, reason: bytes | None) -> None:
    """It came back, or was never gone: a new round of actions is needed."""
    finding.state = after(finding.state, "reopen")
    finding.reopened += 1
    finding.closed_at = finding.outcome = finding.closed_by = None
    finding.verified_at = finding.verified_by = finding.before_to = finding.effective_at = None
    finding.reason = reason
    await session.flush()
    announce(session, finding, FindingReopened(finding_id=finding.id, reopened_at=at))


async def reopen_by_hand(session: AsyncSession, finding: Finding, body: ReopenIn, *, context: Context) -> None:
    at = _when(body, context)
    after(finding.state, "reopen")
    require_time(at, earliest=finding.closed_at or finding.opened_at, context=context)
    await reopen(session, finding, at, reason=context.keyring.seal(finding.id, body.reason))


async def finding_detail(session: AsyncSession, finding: Finding, *, context: Context, actor: Actor) -> FindingDetail:
    attached = select(FindingCase.case_id).where(FindingCase.finding_id == finding.id)
    seen = actor.scope(select(Case).where(Case.id.in_(attached))).with_only_columns(Case.id).order_by(Case.opened_at)
    counted = await session.scalar(select(func.count()).select_from(attached.subquery()))
    plain = FindingOut.model_validate(finding, from_attributes=True)
    return FindingDetail(
        **plain.model_dump(),
        containment=_opened(finding, finding.containment, context),
        why=[Why.model_validate(link) for link in json.loads(_opened(finding, finding.why, context) or "[]")],
        reason=_opened(finding, finding.reason, context),
        case_count=counted or 0,
        cases=list(await session.scalars(seen)),
        actions=actions.actions_out(await actions.actions_of(session, finding.id), context),
        effects=[EffectOut.model_validate(e, from_attributes=True) for e in await effects_of(session, finding)],
    )


def _opened(finding: Finding, sealed: bytes | None, context: Context) -> str | None:
    return context.keyring.open(finding.id, sealed) if sealed else None


async def effects_of(session: AsyncSession, finding: Finding) -> list[EffectMeasure]:
    statement = select(EffectMeasure).where(EffectMeasure.finding_id == finding.id)
    return list(await session.scalars(statement.order_by(EffectMeasure.measured_at)))
