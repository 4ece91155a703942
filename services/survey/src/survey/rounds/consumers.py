"""Actions that are done: the customers of the service that they changed are asked how it is now."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.contracts.responsibility import ActionDone, FindingOpened
from kit.events import Consumers, Event
from survey.campaigns.models import Campaign
from survey.campaigns.occasion import fits
from survey.campaigns.service import rule_of
from survey.rounds.models import KnownFinding
from survey.rounds.service import begin, planner_of

consumers = Consumers()


@consumers.on(FindingOpened)
async def remember_finding(session: AsyncSession, event: Event[FindingOpened], _: Context) -> None:
    """Which service it is about; its action says the finding alone."""
    if event.unit:
        known = {"id": event.data.finding_id, "unit": event.unit, "sub_process": event.data.sub_process}
        await session.execute(insert(KnownFinding).values(**known).on_conflict_do_nothing())


@consumers.on(ActionDone)
async def ask_after_action(session: AsyncSession, event: Event[ActionDone], context: Context) -> None:
    """A round of each campaign for it; nobody of a finding that this service never heard of."""
    finding = await session.get(KnownFinding, event.data.finding_id)
    if finding is None:
        return
    active = select(Campaign).where(Campaign.trigger == "action_done", Campaign.state == "active")
    for campaign in await session.scalars(active.order_by(Campaign.id)):
        if not finding.unit.startswith(campaign.unit) or not fits(rule_of(campaign), sub_process=finding.sub_process):
            continue
        since = event.data.done_at - timedelta(days=campaign.lookback_days)
        occasion = {
            "trigger_id": str(event.data.action_id),
            "unit": finding.unit,
            "sub_process": finding.sub_process,
            "since": since.isoformat(),
        }
        await begin(session, campaign, context=context, actor=planner_of(campaign), occasion=occasion)
