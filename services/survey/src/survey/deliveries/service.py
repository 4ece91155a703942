"""Sends invitations and their reminders when they are due, and keeps what became of them.

A message is made when there is room to send it, from what holds then: an opt-out, an answer or a full quota that came
after the planning stops it, also when it waits already.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Text, Uuid, case, column, func, null, select, update, values
from sqlalchemy import cast as cast_to
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.encryption import CannotOpen
from kit.messages import Draft, Messages, Told, send_many
from kit.telemetry.logs import logger
from survey.campaigns.models import Campaign
from survey.campaigns.occasion import Trigger
from survey.contacts.models import Contact
from survey.contacts.service import person
from survey.deliveries.next_step import Due, following, missed, too_late, withheld
from survey.invitations import wording
from survey.invitations.models import Invitation
from survey.invitations.service import code_for, full_strata, keep_codes, link_of
from survey.invitations.token import link
from survey.invitations.wording import Language
from survey.settings import settings_of

PREFIX = "invitation"
STATES = {"withdrawn": "withheld"}
log = logger("survey.deliveries")
messages = Messages()


@messages.source
async def due(session: AsyncSession, context: Context, room: int) -> int:
    """Turns at most ``room`` invitations that are due into messages; how many were looked at."""
    now = context.clock.now()
    wanted = _joined().where(Invitation.send_at <= now).order_by(Invitation.send_at, Invitation.id).limit(room)
    rows = (await session.execute(wanted.with_for_update(of=Invitation, skip_locked=True))).all()
    full = await _full(session, {row.campaign_id for row in rows})
    drafts, changes = [], []
    for row in rows:
        step = _step(row, full)
        draft = _draft(row, step, context) if withheld(step, now) is None else None
        if draft is not None:
            drafts.append(draft)
        changes.append(_kept(row, step, now) if draft is None else _queued(row, step, now))
    _tell_of_missed(changes)
    await keep_codes(session, [row.id for row in rows if row.channel == "gateway"], context)
    await _change(session, changes)
    await send_many(session, context, drafts)
    return len(rows)


@messages.wanted(PREFIX)
async def still_wanted(session: AsyncSession, context: Context, keys: Collection[str]) -> set[str]:
    """Those of waiting messages that may still go out."""
    now, by_key = context.clock.now(), {key: UUID(key.split(":")[1]) for key in keys}
    rows = (await session.execute(_joined().where(Invitation.id.in_(sorted(set(by_key.values())))))).all()
    full = await _full(session, {row.campaign_id for row in rows})
    steps = {row.id: _step(row, full) for row in rows}
    good = {key for key, one in by_key.items() if one in steps and withheld(steps[one], now) is None}
    taken_back = [one for key, one in by_key.items() if key not in good and key.count(":") > 1 and one in steps]
    for late in (True, False):
        await _take_back(session, {one for one in taken_back if too_late(steps[one], now) is late}, late=late)
    return good


async def _take_back(session: AsyncSession, invitations: Collection[UUID], *, late: bool) -> None:
    """Their newest reminders waited for a channel and do not leave any more."""
    if not invitations:
        return
    change = update(Invitation).where(Invitation.id.in_(sorted(invitations)), Invitation.reminders > 0)
    change = change.values(
        reminders=Invitation.reminders - 1, reminders_missed=Invitation.reminders_missed + (1 if late else 0)
    )
    await session.execute(change.execution_options(synchronize_session=False))
    _tell_of_missed([{"missed": len(invitations) if late else 0}])


@messages.on(PREFIX)
async def note(session: AsyncSession, told: Sequence[Told]) -> None:
    """What became of first messages; a reminder changes nothing of the invitation's own delivery.

    Whom no message reaches is not written to again: an address that does not exist is none the next time either.
    """
    await _stop(session, [one for one in told if one.key.count(":") > 1 and one.state == "bounced"])
    first = [one for one in told if one.key.count(":") == 1 and one.key.startswith(PREFIX)]
    if not first:
        return
    said = values(
        column("id", Uuid),
        column("state", Text),
        column("at", Invitation.sent_at.type),
        column("detail", Text),
        name="said",
    ).data([(UUID(one.key.split(":")[1]), STATES.get(one.state, one.state), one.at, one.detail) for one in first])
    ids = sorted(UUID(one.key.split(":")[1]) for one in first)
    await session.execute(
        select(Invitation.id).where(Invitation.id.in_(ids)).order_by(Invitation.id).with_for_update(key_share=True)
    )
    change = (
        update(Invitation)
        .where(Invitation.id == said.c.id)
        .values(
            delivery_state=case((said.c.state == "delayed", Invitation.delivery_state), else_=said.c.state),
            delivery_detail=func.coalesce(said.c.detail, Invitation.delivery_detail),
            sent_at=case(
                (said.c.state.in_(["sent", "delivered"]), func.coalesce(Invitation.sent_at, said.c.at)),
                else_=Invitation.sent_at,
            ),
            delivered_at=case((said.c.state == "delivered", said.c.at), else_=Invitation.delivered_at),
            send_at=case((said.c.state.in_(["withheld", "bounced"]), null()), else_=Invitation.send_at),
        )
    )
    await session.execute(change.execution_options(synchronize_session=False))


async def _stop(session: AsyncSession, bounced: Sequence[Told]) -> None:
    for one in sorted(bounced, key=lambda one: one.key):
        change = update(Invitation).where(Invitation.id == UUID(one.key.split(":")[1]))
        change = change.values(
            send_at=None, delivery_detail=func.coalesce(cast_to(one.detail, Text), Invitation.delivery_detail)
        )
        await session.execute(change.execution_options(synchronize_session=False))


def _joined() -> Any:
    return (
        select(
            Invitation.id,
            Invitation.campaign_id,
            Invitation.stratum,
            Invitation.confidentiality,
            Invitation.trigger,
            Invitation.channel,
            Invitation.language,
            Invitation.expires_at,
            Invitation.reminders,
            Invitation.reminders_missed,
            Invitation.send_at,
            Invitation.delivery_state,
            Invitation.completed_at,
            Contact.id.label("contact_id"),
            Contact.data_key,
            Contact.phone,
            Contact.email,
            Contact.opt_out,
            Contact.consent,
            Campaign.state.label("campaign_state"),
            Campaign.reminders.label("most_reminders"),
            Campaign.remind_after_days,
        )
        .join(Contact, Contact.id == Invitation.contact_id)
        .join(Campaign, Campaign.id == Invitation.campaign_id)
    )


def _step(row: Any, full: dict[UUID, set[str]]) -> Due:
    return Due(
        first=row.delivery_state in {"waiting", "queued"},
        reminders=row.reminders + row.reminders_missed,
        expires_at=row.expires_at,
        answered=row.completed_at is not None,
        opted_out=row.opt_out,
        consents=row.consent,
        reachable=_sealed_address(row) is not None and row.delivery_state != "bounced",
        campaign_open=row.campaign_state == "active",
        quota_full=row.stratum in full[row.campaign_id],
        most_reminders=row.most_reminders,
        remind_after_days=row.remind_after_days,
    )


async def _full(session: AsyncSession, campaigns: set[UUID]) -> dict[UUID, set[str]]:
    found = await session.scalars(select(Campaign).where(Campaign.id.in_(sorted(campaigns))))
    return {campaign.id: await full_strata(session, campaign) for campaign in found}


def _sealed_address(row: Any) -> bytes | None:
    return cast("bytes | None", row.email if row.channel == "email" else row.phone)


def _draft(row: Any, step: Due, context: Context) -> Draft | None:
    """None where the customer's key is destroyed: nobody is left to write to, and the others are not held up."""
    sealed = _sealed_address(row)
    try:
        recipient = person(row.contact_id, row.data_key, context).open(row.contact_id, sealed or b"")
    except (CannotOpen, ValueError, IndexError):
        return None
    language = cast("Language", row.language)
    text = wording.message(language, cast("Trigger", row.trigger), _link(row, context))
    if not step.first:
        text = wording.reminder(language, text, anonymous=row.confidentiality == "anonymous")
    title = None
    if row.channel == "email":
        title, text = wording.mail(language, text)
    return Draft(
        key=f"{PREFIX}:{row.id}" if step.first else f"{PREFIX}:{row.id}:{row.reminders + 1}",
        recipient=recipient,
        body=text,
        channel=row.channel,
        title=title,
        expires_at=row.expires_at,
    )


def _link(row: Any, context: Context) -> str:
    """Short where each character is paid for."""
    if row.channel == "gateway":
        return link(settings_of(context).public_url, code_for(row.id, context))
    return link_of(row, context)[1]


def _queued(row: Any, step: Due, now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "send_at": following(step, now),
        "reminders": row.reminders if step.first else row.reminders + 1,
        "missed": 0,
        "state": "queued" if step.first else row.delivery_state,
    }


def _kept(row: Any, step: Due, now: datetime) -> dict[str, Any]:
    """Nothing is sent any more; a reminder whose time went by while nothing was sent is not lost without a trace."""
    return {
        "id": row.id,
        "send_at": None,
        "reminders": row.reminders,
        "missed": missed(step, row.send_at, now),
        "state": "withheld" if row.delivery_state == "waiting" else row.delivery_state,
    }


def _tell_of_missed(changes: Sequence[dict[str, Any]]) -> None:
    if late := sum(one["missed"] for one in changes):
        log.warning("reminders missed: their invitations expired before they could be sent", reminders=late)


async def _change(session: AsyncSession, changes: Sequence[dict[str, Any]]) -> None:
    if not changes:
        return
    send_at, reminders = Invitation.send_at.type, Invitation.reminders.type
    new = values(
        column("id", Uuid),
        column("send_at", send_at),
        column("reminders", reminders),
        column("missed", reminders),
        column("state", Text),
        name="new",
    ).data([(one["id"], one["send_at"], one["reminders"], one["missed"], one["state"]) for one in changes])
    change = update(Invitation).where(Invitation.id == new.c.id)
    change = change.values(
        send_at=cast_to(new.c.send_at, send_at),
        reminders=new.c.reminders,
        reminders_missed=Invitation.reminders_missed + new.c.missed,
        delivery_state=new.c.state,
    )
    await session.execute(change.execution_options(synchronize_session=False))
