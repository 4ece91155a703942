"""The occasions on which customers are asked."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.contracts.incident import InterruptionEnded
from kit.contracts.responsibility import CaseClosed, OrderCompleted
from kit.events import Consumers, Event
from survey.invitations.service import Occasion, ask_on

consumers = Consumers()


@consumers.on(OrderCompleted)
async def after_order(session: AsyncSession, event: Event[OrderCompleted], context: Context) -> None:
    """Orders without a customer, such as those that mirror a fault, ask nobody."""
    if event.account and event.unit:
        done = event.data
        occasion = Occasion(
            trigger="order_completed",
            id=done.order_id,
            account=event.account,
            unit=event.unit,
            sub_process=done.sub_process,
            occurred_at=done.completed_at,
            teams={stage.sub_process: stage.unit or event.unit for stage in reversed(done.stages)},
        )
        await ask_on(session, occasion, context=context)


@consumers.on(InterruptionEnded)
async def after_outage(session: AsyncSession, event: Event[InterruptionEnded], context: Context) -> None:
    """Once per customer and incident, and only where the outage was more than momentary."""
    if event.account and event.unit and event.data.sustained:
        ended = event.data
        occasion = Occasion(
            trigger="incident_restored",
            id=ended.incident_id,
            account=event.account,
            unit=event.unit,
            sub_process=None,
            occurred_at=ended.ended_at,
        )
        await ask_on(session, occasion, context=context)


@consumers.on(CaseClosed)
async def follow_up(session: AsyncSession, event: Event[CaseClosed], context: Context) -> None:
    """One per case, outside the rest period; it continues the story of the answer that opened the case."""
    if event.account and event.unit:
        closed = event.data
        occasion = Occasion(
            trigger="case_closed",
            id=closed.case_id,
            account=event.account,
            unit=event.unit,
            sub_process=closed.sub_process,
            occurred_at=closed.closed_at,
            correlation=event.correlation,
        )
        await ask_on(session, occasion, context=context)
