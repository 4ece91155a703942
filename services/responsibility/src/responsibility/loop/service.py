"""Follows one case through what happened before it and what came of it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from responsibility.cases.models import Case
from responsibility.cases.service import case_detail
from responsibility.findings.models import Finding, FindingCase
from responsibility.findings.schemas import FindingDetail
from responsibility.findings.service import finding_detail
from responsibility.handovers.schemas import HandoverOut
from responsibility.handovers.service import handovers_of
from responsibility.loop.schemas import Trail
from responsibility.orders.models import Order
from responsibility.orders.service import order_detail
from responsibility.requests.models import Request
from responsibility.requests.schemas import RequestOut


async def trail(session: AsyncSession, case: Case, *, context: Context, actor: Actor) -> Trail:
    """Whoever may see the case may see its loop."""
    order = await session.get(Order, case.order_id) if case.order_id else None
    request = await session.get(Request, case.request_id) if case.request_id else None
    handovers = await handovers_of(session, order) if order else []
    return Trail(
        case=await case_detail(session, case, context=context, actor=actor),
        request=RequestOut.model_validate(request, from_attributes=True) if request else None,
        order=await order_detail(session, order) if order else None,
        handovers=[HandoverOut.model_validate(h, from_attributes=True) for h in handovers],
        finding=await _finding(session, case, context=context, actor=actor),
    )


async def _finding(session: AsyncSession, case: Case, *, context: Context, actor: Actor) -> FindingDetail | None:
    statement = select(Finding).join(FindingCase, FindingCase.finding_id == Finding.id)
    finding = await session.scalar(statement.where(FindingCase.case_id == case.id))
    return await finding_detail(session, finding, context=context, actor=actor) if finding else None
