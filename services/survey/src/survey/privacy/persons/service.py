"""One person's data: given out whole, or destroyed.

Erasing deletes the person's data key with the contact: what it sealed opens no more, wherever a copy lies. The
answers stay as figures under ids of their own, with nothing that leads to anybody.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.contracts.survey import ContactErased
from kit.db.tables import message
from kit.encryption import CannotOpen, Keyring
from kit.events import emit
from kit.timers import schedule
from survey.analyses.service import look_at
from survey.contacts.models import Contact, ErasedAccount
from survey.contacts.service import ContactNotFound, account_key, find_contact, opened, person
from survey.db import Base
from survey.exchange.files.models import StoredFile
from survey.exchange.files.service import EXPIRY
from survey.invitations.models import Invitation
from survey.privacy.persons.schemas import Erasure, PersonOut, Row
from survey.privacy.persons.traces import anonymous, naming
from survey.questionnaires.service import code_and_version
from survey.responses.models import Response
from survey.settings import settings_of

OWN = frozenset({"contact", "invitation", "response", "erased_account"})
MOST = 10_000


async def everything(session: AsyncSession, account: str, *, context: Context, actor: Actor) -> PersonOut:
    """All that is held about the person; raises ContactNotFound."""
    contact = await find_contact(session, account, actor=actor)
    keyring = person(contact.id, contact.data_key, context)
    invitations = await _rows(session, Invitation.__table__, Invitation.contact_id == contact.id)
    responses = await _rows(session, Response.__table__, Response.contact_id == contact.id)
    asked = [row["id"] for row in invitations]
    ids: dict[str, list[Any]] = {"contact_id": [contact.id], "account": [account], "invitation_id": asked}
    ids["response_id"] = [row["id"] for row in responses]
    return PersonOut(
        account=account,
        made_at=context.clock.now(),
        contact=opened(contact, context),
        invitations=[_plain(row, keyring) for row in invitations],
        responses=[await _answered(session, row, keyring) for row in responses],
        messages=await _messages(session, asked, context),
        others={name: [_plain(row, keyring) for row in rows] for name, rows in await _others(session, ids)},
    )


async def erase(session: AsyncSession, account: str, *, keep_out: bool, context: Context, actor: Actor) -> Erasure:
    """Destroys what leads to the person, once; a second time says when it was. Raises ContactNotFound."""
    key = account_key(account, context)
    contact: Contact | None = await session.scalar(
        actor.scope(select(Contact).where(Contact.account == account)).with_for_update()
    )
    known = await session.get(ErasedAccount, key)
    if contact is None and (known is None or not actor.covers(known.unit)):
        raise ContactNotFound(f"There is no contact for the account {account}.")
    if contact is not None:
        known = await _erase(session, contact, known, context)
    assert known is not None  # noqa: S101  (one of the two was found)
    known.kept_out = keep_out
    return Erasure(account=account, erased_at=known.erased_at, kept_out=keep_out)


async def readmit(session: AsyncSession, account: str, *, context: Context, actor: Actor) -> Erasure:
    """From the next newer push on the account is a contact again, as new: nothing of before comes back."""
    known = await session.get(ErasedAccount, account_key(account, context), with_for_update=True)
    if known is None or not actor.covers(known.unit):
        raise ContactNotFound(f"The account {account} was not erased.")
    known.kept_out = False
    return Erasure(account=account, erased_at=known.erased_at, kept_out=False)


async def _erase(
    session: AsyncSession, contact: Contact, known: ErasedAccount | None, context: Context
) -> ErasedAccount:
    now, zone = context.clock.now(), ZoneInfo(settings_of(context).time_zone)
    # locked, so that an answer that comes just now waits and then finds no invitation
    asked = select(Invitation.id).where(Invitation.contact_id == contact.id).order_by(Invitation.id).with_for_update()
    ids = (await session.scalars(asked)).all()
    answers = await anonymise(session, Response.contact_id == contact.id, zone)
    await forget_invitations(session, ids)
    for column, value in (("contact_id", contact.id), ("account", contact.account)):
        for table in _naming(column):
            await session.execute(delete(table).where(table.c[column] == value))
    await _withdraw_files(session, now)
    known = known or ErasedAccount(key=account_key(contact.account, context), kept_out=True)
    known.contact_id, known.unit, known.source_version = contact.id, contact.unit, contact.source_version
    known.erased_at = now
    session.add(known)
    await session.delete(contact)
    await session.flush()
    erased = ContactErased(contact_id=contact.id, erased_at=now, answers=answers)
    emit(session, erased, subject=str(contact.id), unit=contact.unit, account=contact.account)
    return known


async def anonymise(session: AsyncSession, which: Any, zone: ZoneInfo) -> int:
    """Moves complete answers under new ids, where nothing that was said of the old ones finds them.

    Incomplete ones are deleted. How many were moved.
    """
    rows = await _rows(session, Response.__table__, which)
    moved = {row["id"]: uuid4() for row in rows if row["complete"]}
    fresh = [anonymous(row, zone) | {"id": moved[row["id"]]} for row in rows if row["complete"]]
    if fresh:
        await session.execute(insert(Response), fresh)
    for table in _naming("response_id"):
        await _follow(session, table, moved, zone)
        left = [row["id"] for row in rows if row["id"] not in moved]
        await session.execute(delete(table).where(table.c.response_id.in_(left)))
    await look_at(session, [*moved.values()])
    gone = delete(Response).where(Response.id.in_([row["id"] for row in rows]))
    await session.execute(gone.execution_options(synchronize_session=False))
    return len(moved)


async def forget_invitations(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Deletes them with their messages and all that names them; answers to them must be anonymous by now."""
    for first in range(0, len(ids), 500):
        some = ids[first : first + 500]
        named = [message.c.key.startswith(f"invitation:{one}") for one in some]
        await session.execute(delete(message).where(or_(*named)))
        for table in _naming("invitation_id"):
            await session.execute(delete(table).where(table.c.invitation_id.in_(some)))
        gone = delete(Invitation).where(Invitation.id.in_(some))
        await session.execute(gone.execution_options(synchronize_session=False))


async def _follow(session: AsyncSession, table: Table, moved: dict[UUID, UUID], zone: ZoneInfo) -> None:
    values: dict[str, Any] = {"response_id": bindparam("new")}
    if "occurred_at" in table.c:
        values["occurred_at"] = func.date_trunc("day", table.c.occurred_at, zone.key)
    if "trigger_id" in table.c and table.c.trigger_id.nullable:
        values["trigger_id"] = None
    if moved:
        following = update(table).where(table.c.response_id == bindparam("old")).values(values)
        pairs = [{"old": old, "new": new} for old, new in moved.items()]
        await (await session.connection()).execute(following, pairs)


async def _withdraw_files(session: AsyncSession, now: datetime) -> None:
    """Whatever was exported before may hold the person: nobody fetches it any more."""
    personal = update(StoredFile).where(StoredFile.personal, StoredFile.expires_at > now, StoredFile.whole)
    exported = personal.where(~StoredFile.name.endswith("-import")).values(expires_at=now).returning(StoredFile.id)
    for file_id in (await session.scalars(exported.execution_options(synchronize_session=False))).all():
        await schedule(session, EXPIRY, subject=str(file_id), due=now)


async def _answered(session: AsyncSession, row: Row, keyring: Keyring) -> Row:
    code, version = await code_and_version(session, row["questionnaire_id"])
    words = json.loads(keyring.open(row["id"], row["words"])) if row["words"] else {}
    return _plain(row, keyring) | {"questionnaire": code, "version": version, "words": words}


async def _messages(session: AsyncSession, invitations: Sequence[UUID], context: Context) -> list[Row]:
    if not invitations:
        return []
    named = or_(*(message.c.key.startswith(f"invitation:{one}") for one in invitations))
    rows = (await session.execute(select(message).where(named).order_by(message.c.id).limit(MOST))).mappings()
    return [_plain(dict(row), context.keyring) for row in rows]


async def _others(session: AsyncSession, ids: dict[str, Any]) -> list[tuple[str, list[Row]]]:
    found = []
    for table in Base.metadata.sorted_tables:
        known = [table.c[column].in_(values) for column, values in ids.items() if column in table.c]
        if known and table.name not in OWN:
            found.append((table.name, await _rows(session, table, or_(*known))))
    return [(name, rows) for name, rows in found if rows]


async def _rows(session: AsyncSession, table: Any, condition: Any) -> list[Row]:
    rows = (await session.execute(select(*table.columns).where(condition).limit(MOST))).mappings()
    return [dict(row) for row in rows]


def _naming(column: str) -> list[Table]:
    return list(naming(reversed(Base.metadata.sorted_tables), column, apart_from=OWN))


def _plain(row: Row, keyring: Keyring) -> Row:
    """What JSON can hold; sealed texts opened, hashes and keys left out."""
    return {name: _value(row, value, keyring) for name, value in row.items() if not name.endswith(("_hash", "_key"))}


def _value(row: Row, value: Any, keyring: Keyring) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        try:
            return keyring.open(row["id"], value)
        except (CannotOpen, KeyError, UnicodeDecodeError, IndexError):
            return None
    return value.isoformat() if hasattr(value, "isoformat") else value
