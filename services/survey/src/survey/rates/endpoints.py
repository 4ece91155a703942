"""``GET /v1/campaigns/{id}/response-rates``."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from kit.auth import Actor, Role, allow
from kit.db import ReadSession
from kit.http import Ctx
from survey.campaigns import service as campaigns
from survey.frames.service import be_patient
from survey.rates import service
from survey.rates.schemas import ResponseRates

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])

Reader = Annotated[
    Actor, Depends(allow(Role.ANALYST, Role.ADMIN, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.AUDITOR))
]


@router.get("/{campaign_id}/response-rates")
async def get_response_rates(
    campaign_id: UUID,
    session: ReadSession,
    context: Ctx,
    actor: Reader,
    number: Annotated[int | None, Query(alias="round", ge=1, le=100_000)] = None,
) -> ResponseRates:
    """Who was asked, reached and heard, by stratum, with each rate's formula. No answer is "not answered"."""
    campaign = await campaigns.find(session, campaign_id, actor=actor)
    await be_patient(session)
    return await service.response_rates(session, campaign, number=number, now=context.clock.now())
