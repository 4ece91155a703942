"""What became of a campaign's invitations."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from survey.anonymous.models import AnonymousResponse
from survey.campaigns.models import Campaign
from survey.campaigns.strata import WHOLE
from survey.invitations.models import Invitation
from survey.rates.accounting import STEP, Cases, rates, shown, total
from survey.rates.schemas import CellOut, RateOut, ResponseRates
from survey.rounds.models import CampaignRound

UNKNOWN = -1


async def response_rates(
    session: AsyncSession, campaign: Campaign, *, number: int | None, now: datetime
) -> ResponseRates:
    """Of the whole campaign, or of its round of this number."""
    wanted = Invitation.campaign_id == campaign.id
    if number is not None:
        one = select(CampaignRound.id).where(CampaignRound.campaign_id == campaign.id, CampaignRound.number == number)
        wanted = and_(wanted, Invitation.round_id.in_(one))
    counted = select(Invitation.stratum, *_counts(now)).where(wanted).group_by(Invitation.stratum)
    rows = (await session.execute(counted.order_by(Invitation.stratum))).all()
    cells = {row.stratum: Cases(**{name: getattr(row, name) for name in Cases.__slots__}) for row in rows}
    whole = total([*cells.values()])
    if campaign.confidentiality == "anonymous":
        cells = {stratum: replace(cases, complete=UNKNOWN) for stratum, cases in cells.items()}
        whole = replace(whole, complete=await _anonymous_answers(session, campaign) if number is None else UNKNOWN)
    return ResponseRates(
        campaign_id=campaign.id,
        at=now,
        round=number,
        confidentiality=campaign.confidentiality,
        steps_of=STEP,
        total=_cell(campaign, WHOLE, whole),
        strata=[_cell(campaign, stratum, cases) for stratum, cases in cells.items()],
    )


async def _anonymous_answers(session: AsyncSession, campaign: Campaign) -> int:
    """Those that are counted; some more may wait until enough others are there."""
    counted = select(func.count()).select_from(AnonymousResponse).where(AnonymousResponse.campaign_id == campaign.id)
    return (await session.scalar(counted)) or 0


def _counts(now: datetime) -> list[Any]:
    answered, undeliverable = Invitation.answered_at.is_not(None), Invitation.delivery_state.in_(["failed", "bounced"])
    complete, refused = Invitation.completed_at.is_not(None), Invitation.opted_out_at.is_not(None)
    silent = and_(~answered, ~complete, ~refused)
    # An answer outweighs what the channel said: who answered was reached, by whatever way.
    conditions = {
        "withheld": and_(Invitation.delivery_state == "withheld", silent),
        "waiting": Invitation.delivery_state.in_(["waiting", "queued"]),
        "sent": Invitation.sent_at.is_not(None),
        "delivered": Invitation.delivery_state == "delivered",
        "undeliverable": and_(undeliverable, silent),
        "opened": or_(Invitation.opened_at.is_not(None), answered, complete),
        "partial": and_(answered, ~complete),
        "complete": complete,
        "opted_out": and_(refused, ~answered, ~complete),
        "expired": and_(silent, Invitation.expires_at <= now, ~undeliverable, Invitation.delivery_state != "withheld"),
    }
    counts = [func.count(case((condition, 1))).label(name) for name, condition in conditions.items()]
    missed = func.sum(Invitation.reminders_missed).label("reminders_missed")
    return [func.count().label("issued"), *counts, missed]


def _cell(campaign: Campaign, stratum: str, cases: Cases) -> CellOut:
    anonymous = campaign.confidentiality == "anonymous"
    exact = {
        name: getattr(cases, name) for name in ("issued", "withheld", "waiting", "sent", "delivered", "undeliverable")
    }
    return CellOut(
        stratum=stratum,
        **exact,
        opened=None if anonymous else shown(cases.opened),
        partial=None if anonymous else shown(cases.partial),
        complete=None if cases.complete == UNKNOWN else shown(cases.complete),
        opted_out=shown(cases.opted_out),
        not_answered=None if anonymous else shown(cases.expired),
        reminders_missed=shown(cases.reminders_missed),
        quota=campaign.quotas.get(stratum),
        rates=[RateOut(**asdict(rate)) for rate in rates(cases, anonymous=anonymous)],
    )
