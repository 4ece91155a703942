"""Answers that have waited long enough for others like them."""

from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.timers import Timer, Timers
from survey.anonymous.service import SETTLE, settle
from survey.effects.service import look_again
from survey.insights.service import add_up, store_scores
from survey.settings import settings_of

timers = Timers()


@timers.on(SETTLE)
async def settle_waiting(session: AsyncSession, due: Timer, context: Context) -> None:
    """Lets them go with what they have in common with others less like them, and counts them."""
    facts = await settle(session, UUID(due.subject), context=context)
    store_scores(session, facts)
    await look_again(session, facts, context)
    add_up(session, facts, ZoneInfo(settings_of(context).time_zone))
