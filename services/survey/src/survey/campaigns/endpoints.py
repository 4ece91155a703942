"""``/v1/campaigns``: which occasions lead to a question."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy import select

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.idempotency import Once
from kit.paging import Items, Page, paged
from survey.campaigns import service
from survey.campaigns.models import Campaign
from survey.campaigns.schemas import AccountsIn, AccountsKept, CampaignIn, CampaignOut

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])

Planner = Annotated[Actor, Depends(allow(Role.ANALYST, Role.ADMIN))]
ListKeeper = Annotated[Actor, Depends(allow(Role.ANALYST, Role.ADMIN, Role.INTEGRATOR))]
LIST_LIMIT = 2 * 1024**2
Reader = Annotated[
    Actor,
    Depends(allow(Role.ANALYST, Role.ADMIN, Role.AGENT, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.AUDITOR)),
]


@router.post("", status_code=201)
async def plan_campaign(
    given: CampaignIn, session: WriteSession, context: Ctx, actor: Planner, once: Once, response: Response
) -> CampaignOut:
    """A draft that asks nobody yet, on the newest published version of the questionnaire."""
    kept = await once.seen(session)
    if kept is not None:
        return _shown(await service.find(session, UUID(kept), actor=actor))
    made = await service.plan(session, given, context=context, actor=actor)
    await once.keep(session, str(made.id))
    response.headers["Location"] = f"/v1/campaigns/{made.id}"
    return _shown(made)


@router.get("")
async def list_campaigns(session: ReadSession, actor: Reader, page: Page) -> Items[CampaignOut]:
    """Oldest first."""
    return await paged(session, actor.scope(select(Campaign)), page, Campaign.id, out=CampaignOut)


@router.get("/{campaign_id}")
async def get_campaign(campaign_id: UUID, session: ReadSession, actor: Reader) -> CampaignOut:
    return _shown(await service.find(session, campaign_id, actor=actor))


@router.post("/{campaign_id}/activate")
async def activate_campaign(campaign_id: UUID, session: WriteSession, context: Ctx, actor: Planner) -> CampaignOut:
    """From now on its occasions lead to invitations."""
    return _shown(await service.move(session, campaign_id, "active", context=context, actor=actor))


@router.post("/{campaign_id}/close")
async def close_campaign(campaign_id: UUID, session: WriteSession, context: Ctx, actor: Planner) -> CampaignOut:
    """It asks nobody any more; who was invited may still answer."""
    return _shown(await service.move(session, campaign_id, "closed", context=context, actor=actor))


@router.post("/{campaign_id}/accounts", max_body_size=LIST_LIMIT)
async def add_campaign_accounts(
    campaign_id: UUID, given: AccountsIn, session: WriteSession, actor: ListKeeper
) -> AccountsKept:
    """The accounts that a draft's frame is bound to, where it says ``listed``: up to 50 000 a call."""
    return AccountsKept(accounts=await service.add_accounts(session, campaign_id, given.accounts, actor=actor))


def _shown(found: Campaign) -> CampaignOut:
    return CampaignOut.model_validate(found, from_attributes=True)
