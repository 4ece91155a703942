"""Plans campaigns and finds the one that an occasion belongs to."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.errors import Conflict, Forbidden, Invalid, NotFound, WrongMove
from kit.ids import new_id
from kit.messages.channels import set_up
from kit.timers import schedule
from survey.campaigns.lifecycle import MOVES, State
from survey.campaigns.models import Campaign, CampaignAccount
from survey.campaigns.occasion import Rule, Trigger, fits
from survey.campaigns.schemas import MOST, CampaignIn
from survey.questionnaires.service import newest_published

ROUND_DUE = "campaign.round"
DRAWN_BY_THE_CLOCK = frozenset({"one_off", "periodic"})


class CampaignNotFound(NotFound):
    code = "campaign_not_found"


class CodeTaken(Conflict):
    code, title = "campaign_code_taken", "The code names another campaign"


class OutsideUnit(Forbidden):
    code = "outside_unit"


class ChannelNotSetUp(Conflict):
    code, title = "channel_not_set_up", "A channel of the campaign is not set up"


class ListTooLong(Invalid):
    code = "list_too_long"


async def plan(session: AsyncSession, given: CampaignIn, *, context: Context, actor: Actor) -> Campaign:
    """A draft asking the newest published version of the questionnaire."""
    if not actor.covers(given.unit):
        raise OutsideUnit(f"You act for {actor.unit}; a campaign about {given.unit} is not yours to plan.")
    if await session.scalar(select(Campaign.id).where(Campaign.code == given.code)):
        raise CodeTaken(f"There is a campaign '{given.code}' already; choose another code.")
    questionnaire = await newest_published(session, given.questionnaire)
    made = Campaign(
        id=new_id(),
        kind=given.kind,
        state="draft",
        questionnaire_id=questionnaire.id,
        created_at=context.clock.now(),
        **given.model_dump(exclude={"questionnaire"}),
    )
    session.add(made)
    await session.flush()
    return made


async def move(session: AsyncSession, campaign_id: UUID, to: State, *, context: Context, actor: Actor) -> Campaign:
    """Activates or closes; raises WrongMove where the life cycle does not allow it."""
    found = await find(session, campaign_id, actor=actor, lock=True)
    allowed = MOVES[cast("State", found.state)]
    if to not in allowed:
        raise WrongMove("campaign", found.state, to, list(allowed))
    found.state = to
    if to == "active":
        await _begin(session, found, context)
    else:
        found.closed_at = context.clock.now()
    return found


async def _begin(session: AsyncSession, campaign: Campaign, context: Context) -> None:
    """Its first round is a timer's work; a campaign on occasions waits for them."""
    missing = sorted(set(campaign.channels) - set(set_up(context.settings)))
    if missing:
        raise ChannelNotSetUp(
            f"The channel {missing[0]} is not set up here: name its server in the service's settings first.",
            channels=missing,
        )
    campaign.activated_at = context.clock.now()
    if campaign.kind in DRAWN_BY_THE_CLOCK:
        due = max(campaign.starts_at or campaign.activated_at, campaign.activated_at)
        await schedule(session, ROUND_DUE, subject=str(campaign.id), due=due)


async def add_accounts(session: AsyncSession, campaign_id: UUID, accounts: Sequence[str], *, actor: Actor) -> int:
    """Puts accounts on the list of a draft; how many it holds then."""
    found = await find(session, campaign_id, actor=actor, lock=True)
    if found.state != "draft":
        raise WrongMove("campaign", found.state, "list accounts", [])
    rows = [{"campaign_id": campaign_id, "account": account} for account in sorted(set(accounts))]
    await session.execute(insert(CampaignAccount).on_conflict_do_nothing(), rows)
    listed = select(func.count()).select_from(CampaignAccount).where(CampaignAccount.campaign_id == campaign_id)
    total = (await session.scalar(listed)) or 0
    if total > MOST:
        raise ListTooLong(f"A campaign's list holds at most {MOST} accounts; with these it would hold {total}.")
    return total


async def find(session: AsyncSession, campaign_id: UUID, *, actor: Actor, lock: bool = False) -> Campaign:
    """Raises CampaignNotFound."""
    statement = actor.scope(select(Campaign).where(Campaign.id == campaign_id))
    found: Campaign | None = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise CampaignNotFound(f"There is no campaign {campaign_id}.")
    return found


async def active_for(session: AsyncSession, trigger: Trigger, *, unit: str, sub_process: str | None) -> list[Campaign]:
    """The active campaigns that an occasion in this unit and sub-process belongs to, oldest first."""
    active = select(Campaign).where(Campaign.trigger == trigger, Campaign.state == "active")
    found = await session.scalars(active.order_by(Campaign.id))
    return [one for one in found if unit.startswith(one.unit) and fits(rule_of(one), sub_process=sub_process)]


def rule_of(campaign: Campaign) -> Rule:
    """The campaign's choice of occasions as plain values."""
    return Rule(cast("Trigger", campaign.trigger), campaign.sub_processes, campaign.share, campaign.seed)
