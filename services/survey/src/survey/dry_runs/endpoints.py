"""What a campaign would do, before it does: dry runs and sample sizes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from kit.auth import Actor, Role, allow
from kit.db import ReadSession
from kit.http import Ctx
from survey.campaigns import service as campaigns
from survey.dry_runs import service
from survey.dry_runs.sample_size import invitations_for, sample_size
from survey.dry_runs.schemas import DryRun, DryRunIn, SampleSize

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])

Planner = Annotated[Actor, Depends(allow(Role.ANALYST, Role.ADMIN, Role.INTEGRATOR))]


@router.get("/sample-size")
async def get_campaign_sample_size(
    _: Planner,
    population: Annotated[int, Query(ge=1, le=10**9)],
    margin: Annotated[float, Query(gt=0, lt=1)] = 0.05,
    confidence: Annotated[float, Query(ge=0.5, le=0.9999)] = 0.95,
    proportion: Annotated[float, Query(gt=0, lt=1)] = 0.5,
    response_rate: Annotated[float, Query(gt=0, le=1)] = 1.0,
) -> SampleSize:
    """How many answers a proportion needs in a finite population, and how many to ask for them."""
    answers = sample_size(population, margin=margin, confidence=confidence, proportion=proportion)
    return SampleSize(
        population=population,
        margin=margin,
        confidence=confidence,
        proportion=proportion,
        answers=answers,
        response_rate=response_rate,
        invitations=invitations_for(answers, response_rate),
    )


@router.post("/{campaign_id}/dry-run")
async def dry_run_campaign(
    campaign_id: UUID, given: DryRunIn, session: ReadSession, context: Ctx, actor: Planner
) -> DryRun:
    """Whom the next round would ask if it were planned now, and why not the others; it asks nobody."""
    campaign = await campaigns.find(session, campaign_id, actor=actor)
    return await service.dry_run(session, campaign, given, context=context, actor=actor)
