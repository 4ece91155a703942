"""``/v1/campaigns/{id}/rounds`` and the jobs that plan them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response
from sqlalchemy import select

from kit import jobs
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.idempotency import Once
from kit.jobs import JobOut
from kit.paging import Items, Page, paged
from survey.campaigns import service as campaigns
from survey.rounds import service
from survey.rounds.models import CampaignRound
from survey.rounds.schemas import RoundOut

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])

Planner = Annotated[Actor, Depends(allow(Role.ANALYST, Role.ADMIN))]
Number = Annotated[int, Path(ge=1, le=100_000)]


@router.get("/jobs/{job_id}")
async def get_campaign_job(job_id: UUID, session: ReadSession, actor: Planner) -> JobOut:
    return await jobs.find(session, job_id, actor=actor)


@router.delete("/jobs/{job_id}", status_code=204)
async def stop_campaign_job(job_id: UUID, session: WriteSession, actor: Planner) -> None:
    """The round keeps whom it asked, and can be planned on."""
    await jobs.stop(session, job_id, actor=actor)


@router.post("/{campaign_id}/rounds", status_code=202)
async def plan_round(
    campaign_id: UUID, session: WriteSession, context: Ctx, actor: Planner, once: Once, response: Response
) -> RoundOut:
    """A round now, beside those that the clock brings; its job is at ``Location``."""
    kept = await once.seen(session)
    campaign = await campaigns.find(session, campaign_id, actor=actor, lock=True)
    if kept is not None:
        made = await session.get_one(CampaignRound, UUID(kept))
    else:
        made = await service.ask_for(session, campaign, context=context, actor=actor)
        await once.keep(session, str(made.id))
    return _accepted(made, response)


@router.get("/{campaign_id}/rounds")
async def list_rounds(campaign_id: UUID, session: ReadSession, actor: Planner, page: Page) -> Items[RoundOut]:
    """Oldest first."""
    await campaigns.find(session, campaign_id, actor=actor)
    mine = actor.scope(select(CampaignRound).where(CampaignRound.campaign_id == campaign_id))
    return await paged(session, mine, page, CampaignRound.number, out=RoundOut)


@router.post("/{campaign_id}/rounds/{number}/plan", status_code=202)
async def plan_round_on(
    campaign_id: UUID, number: Number, session: WriteSession, actor: Planner, response: Response
) -> RoundOut:
    """Goes on with a round whose job stopped or failed; nobody is asked twice."""
    campaign = await campaigns.find(session, campaign_id, actor=actor)
    return _accepted(await service.resume(session, campaign, number, actor=actor), response)


def _accepted(made: CampaignRound, response: Response) -> RoundOut:
    response.headers["Location"] = f"/v1/campaigns/jobs/{made.job_id}"
    return RoundOut.model_validate(made, from_attributes=True)
