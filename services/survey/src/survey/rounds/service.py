"""Rounds of a campaign: drawn once, then planned in chunks, each of which asks its customers and is done for ever."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit import jobs
from kit.auth import Actor, Role
from kit.context import Context
from kit.contracts.survey import RoundPlanned
from kit.errors import Conflict, NotFound, WrongMove
from kit.events import emit
from kit.ids import new_id
from kit.timers import schedule
from survey.campaigns.models import Campaign
from survey.campaigns.occasion import rest_until
from survey.campaigns.service import DRAWN_BY_THE_CLOCK, ROUND_DUE
from survey.contacts.models import Contact
from survey.frames.service import Draw, Frame, Occasion, asked_reason, be_patient
from survey.rounds.models import CampaignRound
from survey.rounds.periods import due
from survey.settings import settings_of

PLAN = "campaign.plan"
CHUNK = 5_000
BREATH = timedelta(minutes=1)

# One statement a chunk, without a row passing through this process. Contacts are locked in the order of their
# accounts, as everybody locks them; the guard is the one of every other question.
ASK = text("""
WITH wanted AS MATERIALIZED (
    SELECT contact.id, chosen.channel, chosen.stratum
    FROM unnest(CAST(:accounts AS text[]), CAST(:channels AS text[]), CAST(:strata AS text[]))
        AS chosen (account, channel, stratum) JOIN contact USING (account)
    ORDER BY account FOR NO KEY UPDATE OF contact
), claimed AS (
    UPDATE contact SET rest_until = :rest_until FROM wanted
    WHERE contact.id = wanted.id AND consent AND NOT opt_out
        AND (contact.rest_until IS NULL OR contact.rest_until <= :now)
    RETURNING contact.id AS contact_id, unit, language, segment, phone IS NOT NULL AS has_phone, channel, stratum
), issued AS (
    INSERT INTO invitation (id, campaign_id, round_id, questionnaire_id, contact_id, confidentiality, unit,
        "trigger", trigger_id, sub_process, teams, occurred_at, issued_at, expires_at, channel, language, segment,
        stratum, correlation, delivery_state, send_at, reminders)
    SELECT id, :campaign_id, :round_id, :questionnaire_id, contact_id, :confidentiality, unit,
        :trigger, :trigger_id, :sub_process, '{}', :now, :now, :expires_at, channel, language, segment,
        stratum, id::text, 'waiting',
        CASE WHEN channel <> 'file' OR has_phone THEN CAST(:now AS timestamptz) END, 0
    FROM (SELECT uuidv7() AS id, claimed.* FROM claimed) AS made
    ON CONFLICT DO NOTHING RETURNING 1
)
SELECT count(*) FROM issued
""")

# One plan for arrays of any length, also where it was made while there were few contacts. It holds for the look-ups of
# each row's foreign keys as well: planned anew for each row they cost more than all else.
BY_INDEX = text(
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)"
)


class RoundNotFound(NotFound):
    code = "round_not_found"


class RoundsByTheClock(Conflict):
    code, title = "round_not_possible", "No further round is possible"


async def next_number(session: AsyncSession, campaign: Campaign) -> int:
    """The number of the campaign's next round, counted from 1."""
    last = select(func.coalesce(func.max(CampaignRound.number), 0)).where(CampaignRound.campaign_id == campaign.id)
    return ((await session.scalar(last)) or 0) + 1


async def begin(
    session: AsyncSession,
    campaign: Campaign,
    *,
    context: Context,
    actor: Actor,
    occasion: Mapping[str, Any] | None = None,
) -> CampaignRound:
    """A further round and the job that plans it; the campaign is locked, so that two never take one number."""
    await session.refresh(campaign, with_for_update=True)
    number = await next_number(session, campaign)
    made = CampaignRound(
        id=new_id(),
        campaign_id=campaign.id,
        number=number,
        unit=campaign.unit,
        state="waiting",
        occasion=dict(occasion) if occasion else None,
        reached="",
        issued=0,
        not_asked={},
        created_at=context.clock.now(),
    )
    made.job_id = await jobs.enqueue(session, PLAN, {"round_id": str(made.id)}, actor=actor)
    session.add(made)
    return made


async def ask_for(session: AsyncSession, campaign: Campaign, *, context: Context, actor: Actor) -> CampaignRound:
    """A round that somebody wants now; raises RoundsByTheClock where the campaign has no more to give."""
    if campaign.state != "active":
        raise WrongMove("campaign", campaign.state, "round", [])
    number = await next_number(session, campaign)
    if campaign.kind not in DRAWN_BY_THE_CLOCK:
        raise RoundsByTheClock("This campaign has no frame of its own, so it has no rounds.")
    if number > (campaign.rounds or (1 if campaign.kind == "one_off" else number)):
        raise RoundsByTheClock(f"The campaign had its {number - 1} round(s) already.")
    return await begin(session, campaign, context=context, actor=actor)


async def begin_due(session: AsyncSession, campaign: Campaign, *, context: Context) -> None:
    """The round that is due, and the timer of the one after it."""
    number = await next_number(session, campaign)
    most = 1 if campaign.kind == "one_off" else campaign.rounds
    if campaign.state != "active" or (most is not None and number > most):
        return
    await begin(session, campaign, context=context, actor=planner_of(campaign))
    if most is None or number < most:
        start = max(filter(None, (campaign.starts_at, campaign.activated_at)))
        later = due(start, number + 1, days=campaign.period_days, months=campaign.period_months)
        soonest = context.clock.now() + BREATH  # after a long silence: one round after the other
        await schedule(session, ROUND_DUE, subject=str(campaign.id), due=max(later, soonest))


async def resume(session: AsyncSession, campaign: Campaign, number: int, *, actor: Actor) -> CampaignRound:
    """A new job for a round whose last one stopped or failed; it goes on where that one came to."""
    wanted = select(CampaignRound).where(CampaignRound.campaign_id == campaign.id, CampaignRound.number == number)
    found = await session.scalar(wanted.with_for_update())
    if found is None:
        raise RoundNotFound(f"The campaign has no round {number}.")
    job = await jobs.find(session, found.job_id, actor=actor)
    if found.state == "planned" or job.state in {"waiting", "running"}:
        raise WrongMove("round", f"{found.state}, its job {job.state}", "plan", [])
    found.state = "drawn" if found.draw else "waiting"
    found.job_id = await jobs.enqueue(session, PLAN, {"round_id": str(found.id)}, actor=actor)
    return found


def planner_of(campaign: Campaign) -> Actor:
    """Who plans where no person asked for it: the campaign itself, in its unit."""
    return Actor(f"campaign:{campaign.code}", frozenset({Role.SERVICE}), campaign.unit)


def occasion_of(found: CampaignRound) -> Occasion | None:
    if found.occasion is None:
        return None
    told = found.occasion
    since = datetime.fromisoformat(told["since"])
    return Occasion(UUID(told["trigger_id"]), told["unit"], told["sub_process"], since)


async def keep_draw(session: AsyncSession, found: CampaignRound, drawn: Draw) -> None:
    """The first draw stays, whoever else drew."""
    first = update(CampaignRound).where(CampaignRound.id == found.id, CampaignRound.draw.is_(None))
    await session.execute(first.values(draw=drawn.body(), state="drawn"))


async def next_chunk(session: AsyncSession, frame: Frame, tickets: Mapping[str, str], after: str) -> list[Any]:
    """The following customers to be asked: account, channel, stratum."""
    await be_patient(session)
    # In the order of accounts from where the last chunk ended: to sort all customers for each chunk looks cheaper to
    # PostgreSQL, which cannot know how many of them have no reason against them.
    await session.execute(text("SET LOCAL enable_sort = off"))
    chosen = select(Contact.account, frame.channel.label("channel"), frame.stratum.label("stratum"))
    chosen = chosen.where(frame.population, Contact.account > after, asked_reason(frame, tickets).is_(None))
    return [*await session.execute(chosen.order_by(Contact.account).limit(CHUNK))]


async def ask_chunk(
    session: AsyncSession, campaign: Campaign, found: CampaignRound, chunk: list[Any], context: Context
) -> int | None:
    """Asks them all and marks how far the round has come, or, where another planner was here, nothing: None."""
    now = context.clock.now()
    moved = update(CampaignRound).where(CampaignRound.id == found.id, CampaignRound.reached == found.reached)
    moved = moved.where(CampaignRound.state == "drawn").values(reached=chunk[-1].account).returning(CampaignRound.id)
    if await session.scalar(moved.execution_options(synchronize_session=False)) is None:
        return None
    told = found.occasion or {}
    await session.execute(BY_INDEX)
    issued: int = (
        await session.execute(
            ASK,
            {
                "accounts": [row.account for row in chunk],
                "channels": [row.channel for row in chunk],
                "strata": [row.stratum for row in chunk],
                "now": now,
                "rest_until": rest_until(now, settings_of(context).rest_days),
                "expires_at": (now + timedelta(days=campaign.valid_days)).replace(microsecond=0),
                "campaign_id": campaign.id,
                "round_id": found.id,
                "questionnaire_id": campaign.questionnaire_id,
                "confidentiality": campaign.confidentiality,
                "trigger": campaign.trigger,
                "trigger_id": UUID(told["trigger_id"]) if told else None,
                "sub_process": told.get("sub_process") or campaign.sub_process,
            },
        )
    ).scalar_one()
    spared = len(chunk) - issued
    not_asked = found.not_asked | ({"meanwhile": found.not_asked.get("meanwhile", 0) + spared} if spared else {})
    counted = update(CampaignRound).where(CampaignRound.id == found.id)
    counted = counted.values(issued=CampaignRound.issued + issued, not_asked=not_asked)
    await session.execute(counted.execution_options(synchronize_session=False))
    found.reached, found.not_asked = chunk[-1].account, not_asked
    found.issued += issued
    return issued


async def finish(session: AsyncSession, campaign: Campaign, round_id: UUID, context: Context) -> CampaignRound:
    """The round is planned; it is told once, with counts and without anybody in it."""
    found = await session.get_one(CampaignRound, round_id, with_for_update=True, populate_existing=True)
    if found.state == "drawn":
        found.state, found.planned_at = "planned", context.clock.now()
        emit(session, _told(campaign, found), subject=str(found.id), unit=campaign.unit)
    return found


def _told(campaign: Campaign, found: CampaignRound) -> RoundPlanned:
    assert found.planned_at is not None  # noqa: S101 - set by who calls
    return RoundPlanned(
        round_id=found.id,
        campaign_id=campaign.id,
        number=found.number,
        trigger=campaign.trigger,
        trigger_id=UUID(found.occasion["trigger_id"]) if found.occasion else None,
        wanted=sum((found.draw or {"wanted": {}})["wanted"].values()),
        issued=found.issued,
        planned_at=found.planned_at,
    )
