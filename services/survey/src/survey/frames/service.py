"""Whom a campaign may ask, in SQL: one reason for each contact that it may not, and who is drawn of the others.

The dry run and the plan use the same expressions, so that the one says what the other does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    String,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from survey.campaigns.models import Campaign, CampaignAccount
from survey.campaigns.strata import NO_SEGMENT, WHOLE, district_pattern
from survey.contacts.models import Contact
from survey.frames.allocation import equal, given, proportional
from survey.invitations.models import Invitation
from survey.invitations.service import full_strata

PATIENCE = "60s"
EVERY_TICKET = "ff" * 32
NO_TICKET = ""


@dataclass(frozen=True, slots=True)
class Occasion:
    """The customers of a service that was changed: served in this sub-process and below this unit since then."""

    trigger_id: UUID
    unit: str
    sub_process: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Draw:
    """By stratum: how many may be asked, how many are wanted, and the greatest ticket drawn, in hexadecimal."""

    sizes: Mapping[str, int]
    wanted: Mapping[str, int]
    tickets: Mapping[str, str]

    def body(self) -> dict[str, Any]:
        return {"sizes": dict(self.sizes), "wanted": dict(self.wanted), "tickets": dict(self.tickets)}


@dataclass(frozen=True)
class Frame:
    """A campaign's frame at one moment. ``seed`` draws; each round has its own."""

    campaign: Campaign
    now: datetime
    seed: str
    occasion: Occasion | None = None
    full: frozenset[str] = frozenset()
    stratum: ColumnElement[str] = field(init=False)
    channel: ColumnElement[str | None] = field(init=False)
    reason: ColumnElement[str | None] = field(init=False)
    ticket: ColumnElement[bytes] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stratum", stratum_column(self.campaign.strata))
        object.__setattr__(self, "channel", channel_column(self.campaign.channels))
        object.__setattr__(self, "reason", case(*self._reasons(), else_=null()))
        object.__setattr__(self, "ticket", ticket_column(self.seed))

    @property
    def population(self) -> ColumnElement[bool]:
        return Contact.unit.startswith(self.campaign.unit, autoescape=True)

    def _reasons(self) -> list[tuple[ColumnElement[bool], str]]:
        wanted = self.campaign.frame or {"units": [], "segments": [], "languages": [], "listed": False}
        found: list[tuple[ColumnElement[bool], str]] = []
        if wanted["units"]:
            inside = [Contact.unit.startswith(unit, autoescape=True) for unit in wanted["units"]]
            found.append((~or_(*inside), "other_unit"))
        if wanted["segments"]:
            found.append((func.coalesce(Contact.segment, "").not_in(wanted["segments"]), "other_segment"))
        if wanted["languages"]:
            found.append((Contact.language.not_in(wanted["languages"]), "other_language"))
        if wanted["listed"]:
            found.append((~exists().where(*_is_listed(self.campaign.id)), "not_listed"))
        if self.occasion is not None:
            found.append((~_was_served(self.occasion), "not_served"))
        found += [
            (Contact.opt_out.is_(True), "opted_out"),
            (~Contact.consent, "no_consent"),
            (self.channel.is_(None), "unreachable"),
            (Contact.rest_until > self.now, "resting"),
        ]
        if self.full:
            found.append((self.stratum.in_(sorted(self.full)), "quota_full"))
        return found


async def frame_of(
    session: AsyncSession, campaign: Campaign, *, now: datetime, number: int, occasion: Occasion | None = None
) -> Frame:
    """The frame of the campaign's round of this number, at this moment."""
    full = await full_strata(session, campaign)
    return Frame(campaign, now, f"{campaign.seed}|{number}", occasion, frozenset(full))


def stratum_column(strata: Mapping[str, Any] | None) -> ColumnElement[str]:
    """As ``survey.campaigns.strata.stratum_of``."""
    if strata is None:
        return literal_column(f"'{WHOLE}'", String)
    pattern = district_pattern(strata["district_depth"])
    parts: dict[str, ColumnElement[str]] = {
        "district": func.substring(Contact.unit, pattern),
        "segment": func.coalesce(Contact.segment, NO_SEGMENT),
    }
    first, *others = [parts[part] for part in strata["by"]]
    for other in others:
        first = first + "|" + other
    return first


def channel_column(channels: list[str]) -> ColumnElement[str | None]:
    """As ``survey.campaigns.occasion.channel_for``."""
    reached = {"email": Contact.email.is_not(None), "gateway": Contact.phone.is_not(None), "file": true()}
    liked = [(and_(Contact.preferred_channel == name, reached[name]), name) for name in channels]
    return case(*liked, *((reached[name], name) for name in channels), else_=null())


def ticket_column(seed: str) -> ColumnElement[bytes]:
    """SHA-256 of ``seed|account``: the smallest are drawn (measures.md, Spot checks)."""
    return func.sha256(func.convert_to(literal(f"{seed}|") + Contact.account, "UTF8"), type_=LargeBinary)


def _is_listed(campaign_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (CampaignAccount.campaign_id == campaign_id, CampaignAccount.account == Contact.account)


def _was_served(occasion: Occasion) -> ColumnElement[bool]:
    served = select(Invitation.contact_id).where(
        Invitation.trigger.in_(["order_completed", "incident_restored"]),
        Invitation.sub_process == occasion.sub_process,
        Invitation.occurred_at >= occasion.since,
        Invitation.unit.startswith(occasion.unit, autoescape=True),
    )
    return Contact.id.in_(served)


async def be_patient(session: AsyncSession) -> None:
    """A transaction that only reads holds nobody up; it may look at a million contacts."""
    # In two steps: PostgreSQL does not set a timer anew that runs already, but it stops one.
    await session.execute(text("SET LOCAL transaction_timeout = 0"))
    await session.execute(text(f"SET LOCAL transaction_timeout = '{PATIENCE}'"))


async def draw(session: AsyncSession, frame: Frame) -> Draw:
    """Sizes, allocation and tickets in one snapshot."""
    await be_patient(session)
    may = select(frame.stratum.label("stratum")).where(frame.population, frame.reason.is_(None)).subquery()
    counted = await session.execute(select(may.c.stratum, func.count()).group_by(may.c.stratum))
    sizes: dict[str, int] = dict(sorted((row[0], row[1]) for row in counted))
    wanted = allocated(frame.campaign, sizes)
    tickets = {name: EVERY_TICKET if wanted[name] == size else NO_TICKET for name, size in sizes.items()}
    some = {name: wanted[name] for name, size in sizes.items() if 0 < wanted[name] < size}
    if some:
        tickets |= {row.stratum: row.ticket.hex() for row in await session.execute(_last_tickets(frame, some))}
    return Draw(sizes, wanted, tickets)


def allocated(campaign: Campaign, sizes: Mapping[str, int]) -> dict[str, int]:
    """How many of each stratum the campaign's share, size or numbers come to."""
    strata = campaign.strata or {"allocation": "proportional"}
    if strata["allocation"] == "given":
        return given(sizes, strata["given"])
    wanted = round(campaign.share * sum(sizes.values())) if campaign.size is None else campaign.size
    return (equal if strata["allocation"] == "equal" else proportional)(sizes, wanted)


def _last_tickets(frame: Frame, wanted: Mapping[str, int]) -> Select[tuple[str, bytes]]:
    place = func.row_number().over(partition_by=frame.stratum, order_by=frame.ticket).label("place")
    ranked = (
        select(frame.stratum.label("stratum"), frame.ticket.label("ticket"), place)
        .where(frame.population, frame.reason.is_(None), frame.stratum.in_(sorted(wanted)))
        .subquery()
    )
    last = case(*((ranked.c.stratum == name, count) for name, count in wanted.items()))
    return cast("Select[tuple[str, bytes]]", select(ranked.c.stratum, ranked.c.ticket).where(ranked.c.place == last))


def drawn_column(frame: Frame, tickets: Mapping[str, str]) -> ColumnElement[bool]:
    """Whether a contact that may be asked is drawn."""
    if all(ticket == EVERY_TICKET for ticket in tickets.values()):
        return frame.stratum.in_(sorted(tickets))
    # One look into a map for each contact: a join with the bounds would work out the stratum once for each of them.
    bound = func.jsonb_extract_path_text(literal(dict(tickets), JSONB), frame.stratum)
    return func.encode(frame.ticket, "hex") <= func.coalesce(bound, NO_TICKET)


def asked_reason(frame: Frame, tickets: Mapping[str, str]) -> ColumnElement[str | None]:
    """Null for who is asked, else why not."""
    drawn = drawn_column(frame, tickets) if tickets else literal(value=False)
    return case((frame.reason.is_not(None), frame.reason), (~drawn, literal_column("'not_drawn'")), else_=null())
