"""Plans rounds: a job that may be killed at any moment and goes on without asking anybody twice."""

from typing import Any
from uuid import UUID

from kit.context import Context
from kit.jobs import Job, Jobs, Stopped
from survey.campaigns.models import Campaign
from survey.frames.service import Frame, draw, frame_of
from survey.rounds import service
from survey.rounds.models import CampaignRound

jobs = Jobs()


@jobs.on(service.PLAN)
async def plan(job: Job, context: Context) -> dict[str, Any]:
    """Draws, unless that was done, then asks chunk after chunk from where the round has come to."""
    round_id = UUID(job.payload["round_id"])
    campaign, found = await _loaded(job, round_id)
    if found.state != "planned":
        frame = await _frame(job, campaign, found, context)
        if found.draw is None:
            found = await _drawn(job, frame, found)
        await _ask_all(job, campaign, found, frame, context)
        async with job.database.writing() as session:
            found = await service.finish(session, campaign, round_id, context)
    return {"round_id": str(found.id), "number": found.number, "issued": found.issued, "not_asked": found.not_asked}


async def _loaded(job: Job, round_id: UUID) -> tuple[Campaign, CampaignRound]:
    async with job.database.reading() as session:
        found = await session.get_one(CampaignRound, round_id)
        return await session.get_one(Campaign, found.campaign_id), found


async def _frame(job: Job, campaign: Campaign, found: CampaignRound, context: Context) -> Frame:
    async with job.database.reading() as session:
        occasion = service.occasion_of(found)
        return await frame_of(session, campaign, now=context.clock.now(), number=found.number, occasion=occasion)


async def _drawn(job: Job, frame: Frame, found: CampaignRound) -> CampaignRound:
    async with job.database.reading() as session:
        drawn = await draw(session, frame)
    async with job.database.writing() as session:
        await service.keep_draw(session, found, drawn)
    return (await _loaded(job, found.id))[1]


async def _ask_all(job: Job, campaign: Campaign, found: CampaignRound, frame: Frame, context: Context) -> None:
    drawn = found.draw or {"wanted": {}, "tickets": {}}
    wanted = sum(drawn["wanted"].values())
    while True:
        # Looked at again before each chunk: a campaign that was closed, a quota that is full, a wish to stop.
        campaign, _ = await _loaded(job, found.id)
        if campaign.state != "active" or not await job.progress(min(99, 100 * found.issued // max(wanted, 1))):
            raise Stopped(f"after {found.issued} of {wanted} invitations")
        if campaign.quotas:
            frame = await _frame(job, campaign, found, context)
        async with job.database.reading() as session:
            chunk = await service.next_chunk(session, frame, drawn["tickets"], found.reached)
        if not chunk:
            return
        async with job.database.writing() as session:
            issued = await service.ask_chunk(session, campaign, found, chunk, context)
        if issued is None:
            raise Stopped("another planner goes on with this round")
