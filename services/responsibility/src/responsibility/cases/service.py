"""Cases: opened by a hurt, contacted, answered, made good, closed within their promise."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Sequence, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor, Role
from kit.context import Context
from kit.contracts.base import Payload
from kit.contracts.responsibility import CaseAnswered, CaseClosed, CaseEscalated, CaseOpened, CaseReopened
from kit.errors import Conflict, Invalid, NotFound
from kit.events.log import emit
from kit.ids import new_id
from kit.lineage import current
from kit.timers import cancel, schedule
from responsibility.cases.lifecycle import after
from responsibility.cases.models import Case, CaseRestitution, CaseSource, CaseStep
from responsibility.cases.restitution import Restitution, faults, owed
from responsibility.cases.schemas import (
    AnswerIn,
    CaseDetail,
    CaseIn,
    CaseMove,
    CaseOut,
    RestitutionIn,
    RestitutionOut,
    StepOut,
)
from responsibility.catalogue.service import find_sub_process, version_in_force
from responsibility.orders.service import require_time
from responsibility.organisation.service import require_reach, require_unit
from responsibility.organisation.tree import parent
from responsibility.promises.service import due_by

CASE_DUE = "case.due"
HANDLING = (Role.AGENT, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER)


class CaseNotFound(NotFound):
    code = "case_not_found"


class RestitutionOwed(Conflict):
    code, title = "restitution_owed", "What was promised is not made good yet"


class RestitutionFaulty(Invalid):
    code, title = "restitution_faulty", "The restitution does not fit its kind"


class NothingPromised(Conflict):
    code = "nothing_promised"


async def open_case(
    session: AsyncSession,
    *,
    source: CaseSource,
    unit: str,
    about_unit: str,
    sub_process: str,
    opened_at: datetime,
    context: Context,
    account: str | None = None,
    driver: str | None = None,
    score: float | None = None,
    response_id: UUID | None = None,
    request_id: UUID | None = None,
    order_id: UUID | None = None,
    incident_id: UUID | None = None,
    may_contact: bool = True,
) -> Case:
    """The promise of its source begins to run."""
    identity = new_id()
    case = Case(
        id=identity,
        number=await _next_number(session, opened_at.year),
        source=source,
        unit=unit,
        about_unit=about_unit,
        account=account,
        response_id=response_id,
        request_id=request_id,
        order_id=order_id,
        incident_id=incident_id,
        sub_process=sub_process,
        driver=driver,
        score=score,
        may_contact=may_contact,
        opened_at=opened_at,
        due_at=await due_by(session, f"case.{source}", opened_at, context=context),
        correlation=current.get().correlation or str(identity),
    )
    session.add(case)
    await session.flush()
    await schedule(session, CASE_DUE, subject=str(case.id), due=case.due_at)
    _announce_opened(session, case)
    return case


async def _next_number(session: AsyncSession, year: int) -> str:
    number = await session.scalar(select(Sequence("case_number").next_value()))
    return f"CASE-{year}-{number:06d}"


def _announce_opened(session: AsyncSession, case: Case) -> None:
    opened = CaseOpened(
        case_id=case.id,
        number=case.number,
        source=case.source,
        response_id=case.response_id,
        sub_process=case.sub_process,
        driver=case.driver,
        opened_at=case.opened_at,
        due_at=case.due_at,
    )
    announce(session, case, opened)


def announce(session: AsyncSession, case: Case, payload: Payload, *, unit: str | None = None) -> None:
    """Emits an event of this case, in the story that it belongs to."""
    emit(
        session,
        payload,
        subject=str(case.id),
        unit=unit or case.unit,
        account=case.account,
        correlation=case.correlation,
    )


async def open_by_hand(session: AsyncSession, body: CaseIn, *, context: Context, actor: Actor) -> Case:
    require_reach(actor, body.unit)
    at = body.opened_at or context.clock.now()
    require_time(at, earliest=None, context=context)
    await require_unit(session, body.unit, at)
    version = await version_in_force(session, at, context=context)
    await find_sub_process(session, version.version, body.sub_process)
    case = await open_case(
        session,
        source=body.source,
        unit=body.unit,
        about_unit=body.unit,
        account=body.account,
        sub_process=body.sub_process,
        driver=body.driver,
        order_id=body.order_id,
        may_contact=body.may_contact,
        opened_at=at,
        context=context,
    )
    note_step(session, case, "opened", at, body.note, context=context, by=actor.employee)
    await session.flush()
    return case


async def find_case(session: AsyncSession, case_id: UUID, *, actor: Actor, lock: bool = False) -> Case:
    statement = actor.scope(select(Case).where(Case.id == case_id))
    case: Case | None = await session.scalar(statement.with_for_update() if lock else statement)
    if case is None:
        raise CaseNotFound(f"There is no case {case_id} in your unit.")
    return case


async def move(
    session: AsyncSession, case: Case, name: str, body: CaseMove, *, context: Context, by: str | None
) -> datetime:
    """One move of the life cycle with its step; answers when it happened."""
    at = body.happened_at or context.clock.now()
    state = after(case.state, name, may_contact=case.may_contact)
    require_time(at, earliest=await _last_step(session, case), context=context)
    case.state = state
    note_step(session, case, name, at, body.note, context=context, by=by)
    return at


async def _last_step(session: AsyncSession, case: Case) -> datetime:
    statement = select(CaseStep.happened_at).where(CaseStep.case_id == case.id, CaseStep.move != "escalated")
    newest = await session.scalar(statement.order_by(CaseStep.happened_at.desc()).limit(1))
    return newest or case.opened_at


def note_step(
    session: AsyncSession,
    case: Case,
    name: str,
    at: datetime,
    note: str | None = None,
    *,
    context: Context,
    by: str | None = None,
) -> None:
    identity = new_id()
    step = CaseStep(
        id=identity,
        case_id=case.id,
        move=name,
        happened_at=at,
        recorded_at=context.clock.now(),
        employee=by,
        note=context.keyring.seal(identity, note) if note else None,
    )
    session.add(step)


async def contact(session: AsyncSession, case: Case, body: CaseMove, *, context: Context, by: str | None) -> None:
    case.contacted_at = await move(session, case, "contact", body, context=context, by=by)
    await session.flush()


async def answer(session: AsyncSession, case: Case, body: AnswerIn, *, context: Context, by: str | None) -> None:
    """The customer is told what came of it, and how they are made good."""
    case.answered_at = await move(session, case, "answer", body, context=context, by=by)
    case.restitution = body.restitution
    await session.flush()
    answered = CaseAnswered(case_id=case.id, answered_at=case.answered_at, restitution=body.restitution)
    announce(session, case, answered)


async def make_good(
    session: AsyncSession, case: Case, body: RestitutionIn, *, context: Context, by: str | None
) -> None:
    """Records what was made good. Raises RestitutionFaulty, and NothingPromised for another kind than promised."""
    wrong = [
        {"pointer": pointer, "detail": detail} for pointer, detail in faults(body.kind, body.amount_fen, body.voucher)
    ]
    if wrong:
        raise RestitutionFaulty(wrong[0]["detail"], errors=wrong)
    at = await move(session, case, "make_good", body, context=context, by=by)
    if case.restitution != body.kind:
        raise NothingPromised(f"The answer promised '{case.restitution}', not '{body.kind}'.")
    session.add(
        CaseRestitution(
            case_id=case.id,
            round=case.reopened,
            kind=body.kind,
            amount_fen=body.amount_fen,
            voucher=body.voucher,
            made_at=at,
            recorded_by=by or "",
        )
    )
    await session.flush()


async def call_back(session: AsyncSession, case: Case, body: CaseMove, *, context: Context, by: str | None) -> None:
    case.called_back_at = await move(session, case, "call_back", body, context=context, by=by)
    await session.flush()


async def close(session: AsyncSession, case: Case, body: CaseMove, *, context: Context, by: str | None) -> None:
    """Waits for no finding. Raises RestitutionOwed."""
    after(case.state, "close", may_contact=case.may_contact)
    if owed(case.restitution, await _made_this_round(session, case)):
        raise RestitutionOwed(f"The answer promised '{case.restitution}': record it before the case is closed.")
    at = await move(session, case, "close", body, context=context, by=by)
    case.closed_at, case.in_time = at, at <= case.due_at
    await cancel(session, CASE_DUE, subject=str(case.id))
    await session.flush()
    closed = CaseClosed(
        case_id=case.id,
        response_id=case.response_id,
        sub_process=case.sub_process,
        closed_at=at,
        in_time=case.in_time,
    )
    announce(session, case, closed)


async def _made_this_round(session: AsyncSession, case: Case) -> list[Restitution]:
    statement = select(CaseRestitution.kind).where(
        CaseRestitution.case_id == case.id, CaseRestitution.round == case.reopened
    )
    return list(await session.scalars(statement))


async def reopen(session: AsyncSession, case: Case, body: CaseMove, *, context: Context, by: str | None) -> None:
    """The customer was not helped: a new promise runs."""
    at = await move(session, case, "reopen", body, context=context, by=by)
    case.closed_at = case.in_time = case.escalated_at = case.restitution = None
    case.reopened += 1
    case.due_at = await due_by(session, "case.not_solved", at, context=context)
    await schedule(session, CASE_DUE, subject=str(case.id), due=case.due_at)
    await session.flush()
    announce(session, case, CaseReopened(case_id=case.id, reopened_at=at))


async def escalate(session: AsyncSession, case: Case, *, context: Context) -> None:
    """The promise ran out: the unit above hears of it."""
    now = context.clock.now()
    case.escalated_at = now
    note_step(session, case, "escalated", now, context=context)
    await session.flush()
    escalated = CaseEscalated(case_id=case.id, due_at=case.due_at, escalated_at=now)
    announce(session, case, escalated, unit=parent(case.unit))


async def restitutions_of(session: AsyncSession, case: Case) -> list[CaseRestitution]:
    statement = select(CaseRestitution).where(CaseRestitution.case_id == case.id)
    return list(await session.scalars(statement.order_by(CaseRestitution.made_at, CaseRestitution.id)))


async def steps_of(session: AsyncSession, case: Case) -> list[CaseStep]:
    statement = select(CaseStep).where(CaseStep.case_id == case.id)
    return list(await session.scalars(statement.order_by(CaseStep.recorded_at, CaseStep.id)))


async def case_detail(session: AsyncSession, case: Case, *, context: Context, actor: Actor) -> CaseDetail:
    reads_notes = actor.has(*HANDLING)
    steps = [_step_out(step, context, reads_notes=reads_notes) for step in await steps_of(session, case)]
    made = [RestitutionOut.model_validate(r, from_attributes=True) for r in await restitutions_of(session, case)]
    plain = CaseOut.model_validate(case, from_attributes=True)
    return CaseDetail(**plain.model_dump(), restitutions=made, steps=steps)


def _step_out(step: CaseStep, context: Context, *, reads_notes: bool) -> StepOut:
    shown = context.keyring.open(step.id, step.note) if step.note and reads_notes else None
    return StepOut(
        move=step.move,
        happened_at=step.happened_at,
        recorded_at=step.recorded_at,
        employee=step.employee,
        note=shown,
    )
