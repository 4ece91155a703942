"""Rounds that fall due by the clock."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.timers import Timer, Timers
from survey.campaigns.models import Campaign
from survey.campaigns.service import ROUND_DUE
from survey.rounds.service import begin_due

timers = Timers()


@timers.on(ROUND_DUE)
async def round_due(session: AsyncSession, timer: Timer, context: Context) -> None:
    campaign = await session.get(Campaign, UUID(timer.subject))
    if campaign is not None:
        await begin_due(session, campaign, context=context)
