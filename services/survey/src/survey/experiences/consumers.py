"""Outages and orders, as the services that own them tell of them."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.contracts.incident import DisturbanceRecorded, InterruptionEnded
from kit.contracts.responsibility import OrderCompleted
from kit.events import Consumers, Event
from survey.experiences.service import add

consumers = Consumers()


@consumers.on(InterruptionEnded)
async def outage(session: AsyncSession, event: Event[InterruptionEnded], context: Context) -> None:
    """An interruption counts whole on the day it began."""
    if event.account is None:
        return
    ended = event.data
    if ended.sustained:
        await add(session, event.account, ended.began_at, context, interruptions=1, outage_minutes=ended.minutes)
    else:
        await add(session, event.account, ended.began_at, context, momentary=1)


@consumers.on(DisturbanceRecorded)
async def dip(session: AsyncSession, event: Event[DisturbanceRecorded], context: Context) -> None:
    """A customer's voltage fell for a moment and came back."""
    if event.account is not None:
        await add(session, event.account, event.data.happened_at, context, dips=1)


@consumers.on(OrderCompleted)
async def order(session: AsyncSession, event: Event[OrderCompleted], context: Context) -> None:
    """Orders without a customer, such as those that mirror a fault, are nobody's experience."""
    done = event.data
    if event.account is not None and (done.late_stages or done.returned_handovers):
        found = {"late_stages": done.late_stages, "returned_handovers": done.returned_handovers}
        await add(session, event.account, done.completed_at, context, **found)
