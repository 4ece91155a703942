"""What opens cases, and what reopens them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.contracts.responsibility import RequestNotSolved, RequestOpened
from kit.contracts.survey import DissatisfactionReported, SolvedAnswered
from kit.events.handlers import Consumers, Event
from responsibility.cases import service
from responsibility.cases.models import Case, CaseSource
from responsibility.cases.reading import UNNAMED, Hurt, seen_by, worst
from responsibility.cases.schemas import CaseMove
from responsibility.catalogue.service import post_of
from responsibility.orders.models import Order
from responsibility.orders.service import as_told, team_of_stage
from responsibility.organisation.service import company_root, only_team

consumers = Consumers()


@consumers.on(DissatisfactionReported)
async def open_for_low_answer(session: AsyncSession, event: Event[DissatisfactionReported], context: Context) -> None:
    """One case per response. The follow-up to a case opens none: whether that was solved decides there."""
    data = event.data
    if data.trigger == "case_closed" or await _opened_before(session, data.response_id):
        return
    hurt = worst([Hurt(item.score, item.driver, item.sub_process) for item in data.items])
    order_id = await _order_behind(session, data)
    sub_process, about_unit = await _concerned(session, hurt, order_id, event, context)
    case = await service.open_case(
        session,
        source="low_answer",
        unit=seen_by(about_unit, unit_may_know=data.unit_may_know),
        about_unit=about_unit,
        account=event.account,
        sub_process=sub_process,
        driver=hurt.driver,
        score=hurt.score,
        response_id=data.response_id,
        order_id=order_id,
        incident_id=data.trigger_id if data.trigger == "incident_restored" else None,
        may_contact=data.may_contact,
        opened_at=data.reported_at,
        context=context,
    )
    service.note_step(session, case, "opened", data.reported_at, context=context)


async def _opened_before(session: AsyncSession, response_id: UUID) -> bool:
    return await session.scalar(select(Case.id).where(Case.response_id == response_id)) is not None


async def _order_behind(session: AsyncSession, data: DissatisfactionReported) -> UUID | None:
    """The order that gave the occasion, or the fault order that mirrors the incident; none where it is not told."""
    if data.trigger_id is None:
        return None
    if data.trigger == "order_completed":
        statement = select(Order.id).where(Order.id == data.trigger_id)
    elif data.trigger == "incident_restored":
        statement = select(Order.id).where(Order.incident_id == data.trigger_id)
    else:
        return None
    return await session.scalar(statement)


async def _concerned(
    session: AsyncSession, hurt: Hurt, order_id: UUID | None, event: Event[DissatisfactionReported], context: Context
) -> tuple[str, str]:
    """``(sub-process, unit that served)``.

    Of the order's stage where there is one. Else survey names the district alone, and the team is the one in it
    that does such work, if there is only one.
    """
    known = await team_of_stage(session, order_id, hurt.sub_process) if order_id else None
    if known is not None:
        team, flow = known
        return hurt.sub_process or flow, team
    sub_process, unit = hurt.sub_process or UNNAMED, event.unit or await company_root(session)
    post = await post_of(session, sub_process, event.time, context=context)
    return sub_process, (await only_team(session, post, unit, event.time) if post else None) or unit


@consumers.on(SolvedAnswered)
async def hear_whether_solved(session: AsyncSession, event: Event[SolvedAnswered], context: Context) -> None:
    case = await session.scalar(select(Case).where(Case.id == event.data.case_id).with_for_update())
    if case is None:
        return
    if event.data.solved:
        service.note_step(session, case, "called_solved", event.data.answered_at, context=context)
    elif case.state == "closed":
        at = max(event.data.answered_at, case.closed_at or event.data.answered_at)
        await service.reopen(session, case, CaseMove(happened_at=at), context=as_told(context, at), by=None)


@consumers.on(RequestOpened)
async def open_for_complaint(session: AsyncSession, event: Event[RequestOpened], context: Context) -> None:
    if event.data.kind == "complaint":
        await _open_for_request(session, event, "complaint", event.data.sub_process, context)


@consumers.on(RequestNotSolved)
async def open_for_unsolved(session: AsyncSession, event: Event[RequestNotSolved], context: Context) -> None:
    await _open_for_request(session, event, "not_solved", event.data.sub_process, context)


async def _open_for_request(
    session: AsyncSession,
    event: Event[RequestOpened] | Event[RequestNotSolved],
    source: CaseSource,
    sub_process: str,
    context: Context,
) -> None:
    request_id, unit = event.data.request_id, event.unit or await company_root(session)
    known = select(Case.id).where(Case.request_id == request_id, Case.source == source)
    if await session.scalar(known) is not None:
        return
    case = await service.open_case(
        session,
        source=source,
        unit=unit,
        about_unit=unit,
        account=event.account,
        sub_process=sub_process,
        request_id=request_id,
        order_id=event.data.order_id,
        opened_at=event.time,
        context=context,
    )
    service.note_step(session, case, "opened", event.time, context=context)
