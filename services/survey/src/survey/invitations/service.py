"""Asks customers: one occasion, one contact, one invitation, and never against his wish."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Self, cast
from uuid import UUID

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.contracts.survey import InvitationIssued
from kit.errors import Conflict, Invalid, NotFound
from kit.events import emit
from kit.ids import new_id
from survey.campaigns.models import Campaign
from survey.campaigns.occasion import (
    Asked,
    Person,
    Refusal,
    Trigger,
    channel_for,
    inside,
    refusal,
    rest_until,
    sampled,
)
from survey.campaigns.service import active_for, rule_of
from survey.campaigns.strata import WHOLE
from survey.contacts.models import Contact
from survey.contacts.service import find_contact
from survey.invitations.code import code_of, normalised
from survey.invitations.models import Invitation, ShortCode
from survey.invitations.schemas import InvitationIn
from survey.invitations.token import InvitationNotGenuine, Token, link, read, sign
from survey.settings import settings_of

REASONS: dict[Refusal | Literal["asked_already"], str] = {
    "opted_out": "The customer asked not to be surveyed.",
    "no_consent": "The customer has not agreed to be surveyed.",
    "outside_frame": "The campaign's frame does not hold this customer.",
    "unreachable": "None of the campaign's channels reaches this customer.",
    "quota_full": "The campaign has the answers that it wanted of this stratum.",
    "resting": "The customer was asked lately and is left in peace until the rest period ends.",
    "not_sampled": "The campaign's sample does not hold this customer on this occasion.",
    "asked_already": "The customer was asked about this occasion before.",
}


class NotAsked(Conflict):
    code, title = "not_asked", "The customer may not be asked"


class InvitationNotFound(NotFound):
    code = "invitation_not_found"

    @classmethod
    def of(cls, invitation_id: UUID) -> Self:
        return cls(f"There is no invitation {invitation_id}.")


class NoSuchCampaign(Invalid):
    code = "no_such_campaign"


class CaseNotNamed(Invalid):
    code = "case_not_named"


@dataclass(frozen=True, slots=True)
class Occasion:
    """What gave reason to ask: ``occurred_at`` is when the service happened, ``id`` the order, incident or case.

    ``teams``: the units that did its stages, by sub-process.
    """

    trigger: Trigger
    id: UUID | None
    account: str
    unit: str
    sub_process: str | None
    occurred_at: datetime
    correlation: str | None = None
    teams: Mapping[str, str] = field(default_factory=dict)


async def ask_by_hand(session: AsyncSession, given: InvitationIn, *, context: Context, actor: Actor) -> Invitation:
    """Raises NotAsked with the reason, NoSuchCampaign unless one of that code is active for the unit."""
    found = select(Campaign).where(Campaign.code == given.campaign, Campaign.state == "active")
    campaign = await session.scalar(found)
    if campaign is None or not given.unit.startswith(campaign.unit) or not actor.covers(given.unit):
        raise NoSuchCampaign(
            f"No campaign '{given.campaign}' is active for {given.unit}.",
            errors=[{"pointer": "/campaign", "detail": "Name an active campaign that asks about this unit."}],
        )
    if campaign.trigger == "case_closed" and given.trigger_id is None:
        raise CaseNotNamed(
            "A follow-up belongs to one case.",
            errors=[{"pointer": "/trigger_id", "detail": "Name the case whose follow-up this is."}],
        )
    contact = await find_contact(session, given.account, actor=actor)
    occasion = Occasion(
        trigger=cast("Trigger", campaign.trigger),
        id=given.trigger_id,
        account=given.account,
        unit=given.unit,
        sub_process=given.sub_process,
        occurred_at=given.occurred_at or context.clock.now(),
    )
    return await ask(session, campaign, contact, occasion, context=context)


async def ask_on(session: AsyncSession, occasion: Occasion, *, context: Context) -> Invitation | None:
    """Asks in the first active campaign that the occasion fits and that may ask; None where none may."""
    contact = await session.scalar(select(Contact).where(Contact.account == occasion.account))
    if contact is None:
        return None
    campaigns = await active_for(session, occasion.trigger, unit=occasion.unit, sub_process=occasion.sub_process)
    for campaign in campaigns:
        if sampled(rule_of(campaign), occasion=str(occasion.id), account=occasion.account):
            try:
                return await ask(session, campaign, contact, occasion, context=context)
            except NotAsked:
                continue
    return None


async def ask(
    session: AsyncSession, campaign: Campaign, contact: Contact, occasion: Occasion, *, context: Context
) -> Invitation:
    """Claims the rest period and issues the invitation in this transaction; its message is due at once.

    Raises NotAsked with the reason.
    """
    invitation = _issue(campaign, contact, occasion, context.clock.now())
    await _require_wanted(session, campaign, contact, invitation)
    async with session.begin_nested():  # a claim that comes to nothing must not make the customer rest
        await _store(session, invitation)
        await _claim(session, contact, invitation, settings_of(context).rest_days)
    _announce(session, invitation)
    return invitation


async def _require_wanted(session: AsyncSession, campaign: Campaign, contact: Contact, invitation: Invitation) -> None:
    if not inside(campaign.frame, Person(contact.unit, contact.segment, contact.language)):
        raise NotAsked(REASONS["outside_frame"], reason="outside_frame")
    if not invitation.channel:
        raise NotAsked(REASONS["unreachable"], reason="unreachable")
    if invitation.stratum in await full_strata(session, campaign):
        raise NotAsked(REASONS["quota_full"], reason="quota_full")


async def full_strata(session: AsyncSession, campaign: Campaign) -> set[str]:
    """The strata of which the campaign has the complete answers that it wanted."""
    if not campaign.quotas:
        return set()
    answered = select(Invitation.stratum, func.count()).where(
        Invitation.campaign_id == campaign.id,
        Invitation.stratum.in_(sorted(campaign.quotas)),
        Invitation.completed_at.is_not(None),
    )
    counts = {row[0]: row[1] for row in await session.execute(answered.group_by(Invitation.stratum))}
    return {stratum for stratum, wanted in campaign.quotas.items() if counts.get(stratum, 0) >= wanted}


async def _store(session: AsyncSession, invitation: Invitation) -> None:
    columns = {column.key: getattr(invitation, column.key) for column in Invitation.__table__.columns}
    values = {name: value for name, value in columns.items() if value is not None}  # the rest has a default
    stored = insert(Invitation).values(**values).on_conflict_do_nothing().returning(Invitation.id)
    if await session.scalar(stored) is None:
        raise NotAsked(REASONS["asked_already"], reason="asked_already")


async def _claim(session: AsyncSession, contact: Contact, invitation: Invitation, days: int) -> None:
    """The guarded update is the claim: of two occasions at once one finds the contact resting."""
    now, exempt = invitation.issued_at, invitation.trigger == "case_closed"
    free = or_(Contact.rest_until.is_(None), Contact.rest_until <= now, literal(exempt))
    until = Contact.rest_until if exempt else rest_until(now, days)
    claim = update(Contact).where(Contact.id == contact.id, Contact.consent, ~Contact.opt_out, free)
    claim = claim.values(rest_until=until).returning(Contact.id)
    if await session.scalar(claim.execution_options(synchronize_session=False)) is None:
        await session.refresh(contact)
        asked = Asked(contact.opt_out, contact.consent, contact.rest_until)
        reason = refusal(cast("Trigger", invitation.trigger), asked, now=now) or "resting"
        raise NotAsked(REASONS[reason], reason=reason)


def _issue(campaign: Campaign, contact: Contact, occasion: Occasion, now: datetime) -> Invitation:
    """``channel`` is empty where none reaches the contact. A file without a number to write to is not sent: such a
    contact is reached by whoever reads the invitation's link.
    """
    invitation_id = new_id()
    reached = {"file", *(["gateway"] if contact.phone else []), *(["email"] if contact.email else [])}
    channel = channel_for(campaign.channels, preferred=contact.preferred_channel, reachable=reached)
    return Invitation(
        id=invitation_id,
        campaign_id=campaign.id,
        questionnaire_id=campaign.questionnaire_id,
        confidentiality=campaign.confidentiality,
        contact_id=contact.id,
        unit=occasion.unit,
        trigger=occasion.trigger,
        trigger_id=occasion.id,
        sub_process=occasion.sub_process or campaign.sub_process,
        teams=dict(occasion.teams),
        occurred_at=occasion.occurred_at,
        issued_at=now,
        expires_at=(now + timedelta(days=campaign.valid_days)).replace(microsecond=0),
        channel=channel or "",
        delivery_state="waiting",
        send_at=now if channel != "file" or contact.phone else None,
        stratum=WHOLE,
        reminders=0,
        reminders_missed=0,
        language=contact.language,
        segment=contact.segment,
        correlation=occasion.correlation or str(invitation_id),
    )


def link_of(invitation: Invitation, context: Context) -> tuple[str, str]:
    """The invitation's token, and the link that carries it in its fragment."""
    token = sign(token_key(context), Token(invitation.id, invitation.expires_at))
    return token, link(settings_of(context).public_url, token)


def code_for(invitation_id: UUID, context: Context) -> str:
    """The code of the invitation's short link; it opens only once ``keep_codes`` has kept its hash."""
    return code_of(context.keyring.hash("survey short code key v1"), invitation_id)


async def keep_codes(session: AsyncSession, invitations: Sequence[UUID], context: Context) -> None:
    """Lets the codes of these invitations open; only their keyed hashes are stored."""
    rows = [
        {"hash": code_hash(code_for(one, context), context), "invitation_id": one} for one in sorted(set(invitations))
    ]
    if rows:
        await session.execute(insert(ShortCode).on_conflict_do_nothing(), rows)


def code_hash(code: str, context: Context) -> bytes:
    return context.keyring.hash(f"survey short code v1|{code}")


async def presented(session: AsyncSession, text: str, context: Context) -> Token:
    """What a token says, or a short link's code. Raises InvitationNotGenuine for what is neither."""
    code = normalised(text)
    if code is None:
        return genuine(text, context)
    named = select(Invitation.id, Invitation.expires_at).join(ShortCode, ShortCode.invitation_id == Invitation.id)
    found = (await session.execute(named.where(ShortCode.hash == code_hash(code, context)))).one_or_none()
    if found is None:
        raise InvitationNotGenuine
    return Token(found.id, found.expires_at)


async def note_opened(session: AsyncSession, invitation: Invitation, now: datetime) -> None:
    """The first time only, and never for an anonymous one: when it was opened would tell who answered then."""
    if invitation.confidentiality == "confidential" and invitation.opened_at is None:
        first = update(Invitation).where(Invitation.id == invitation.id, Invitation.opened_at.is_(None))
        await session.execute(first.values(opened_at=now).execution_options(synchronize_session=False))


async def opt_out(session: AsyncSession, invitation: Invitation, now: datetime) -> None:
    """The respondent's own word: no survey asks him any more, and nothing that is due is sent."""
    await refuse_contact(session, invitation.contact_id, now)
    said = update(Invitation).where(Invitation.id == invitation.id, Invitation.opted_out_at.is_(None))
    await session.execute(said.values(opted_out_at=now).execution_options(synchronize_session=False))


async def refuse_contact(session: AsyncSession, contact_id: UUID, now: datetime) -> None:
    contact = update(Contact).where(Contact.id == contact_id, Contact.opted_out_at.is_(None))
    await session.execute(
        contact.values(opt_out=True, opted_out_at=now, updated_at=now).execution_options(synchronize_session=False)
    )


def genuine(text: str, context: Context) -> Token:
    """What the token says; raises InvitationNotGenuine for one that this service did not sign."""
    return read(token_key(context), text)


async def known(session: AsyncSession, token: Token) -> Invitation:
    """The invitation of a genuine token; raises InvitationNotFound where it was erased."""
    found = await session.get(Invitation, token.invitation)
    if found is None:
        raise InvitationNotFound("This invitation no longer exists.")
    return found


async def find(session: AsyncSession, invitation_id: UUID, *, actor: Actor) -> Invitation:
    """Raises InvitationNotFound."""
    found = await find_many(session, [invitation_id], actor=actor)
    if not found:
        raise InvitationNotFound.of(invitation_id)
    return found[invitation_id]


async def find_many(session: AsyncSession, ids: Collection[UUID], *, actor: Actor) -> dict[UUID, Invitation]:
    """Those of them that are there for this actor, by id, in one query."""
    found: Sequence[Invitation] = (
        await session.scalars(actor.scope(select(Invitation).where(Invitation.id.in_(ids))))
    ).all()
    return {one.id: one for one in found}


def token_key(context: Context) -> bytes:
    """32 bytes of this service's alone, the same in all its replicas."""
    return context.keyring.hash("survey invitation token key v1")


def _announce(session: AsyncSession, invitation: Invitation) -> None:
    """Without the account: which customer was asked stays in this service."""
    issued = InvitationIssued(
        invitation_id=invitation.id,
        campaign_id=invitation.campaign_id,
        trigger=cast("Trigger", invitation.trigger),
        trigger_id=invitation.trigger_id,
        sub_process=invitation.sub_process,
        channel=invitation.channel,
        issued_at=invitation.issued_at,
        expires_at=invitation.expires_at,
    )
    subject = str(invitation.id)
    emit(session, issued, subject=subject, unit=invitation.unit, correlation=invitation.correlation)
