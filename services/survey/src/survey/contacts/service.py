"""Keeps contacts as their source pushes them, in whatever order the pushes arrive."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.db.rows import RowsStatement, run, run_rows
from kit.encryption import Keyring
from kit.errors import Forbidden, NotFound
from kit.ids import new_id
from survey.contacts.models import Contact
from survey.contacts.schemas import ContactIn, ContactOut

LOOK_UP = """
    SELECT account, id, data_key, NULL::bytea AS key, NULL::boolean AS kept_out, NULL::bigint AS source_version,
        NULL::timestamptz AS erased_at
    FROM contact WHERE account = ANY($1::text[])
    UNION ALL
    SELECT NULL, NULL, NULL, key, kept_out, source_version, erased_at
    FROM erased_account WHERE key = ANY($2::bytea[])
"""
KNOWN = "SELECT account, id, data_key, source_version, updated_at FROM contact WHERE account = ANY($1::text[])"
MOST_ACCOUNTS = 50
WISHES = ("unit", "preferred_channel", "language", "segment", "opt_out", "consent", "source_version")
SEALED = ("name", "phone", "phone_hash", "email", "email_hash")
NEW = (*WISHES, *SEALED, "updated_at")
# A newer push replaces the older; what the customer told us himself stays.
UPSERT = RowsStatement(
    Contact.__table__,
    ("id", "account", "data_key", *NEW),
    f"""
    INSERT INTO {{table}} ({{columns}}) SELECT {{values}} FROM {{rows}}
    ON CONFLICT (account) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in NEW if name != "opt_out")},
        opt_out = excluded.opt_out OR contact.opted_out_at IS NOT NULL
    WHERE contact.id = excluded.id AND contact.source_version < excluded.source_version
    RETURNING account, id, data_key, source_version, updated_at
    """,  # noqa: S608  (own names)
)


class Stored(Protocol):
    """What is kept of a push; ``id`` is None where nothing is, because its person was erased."""

    id: UUID | None
    account: str
    source_version: int
    updated_at: datetime


class ContactNotFound(NotFound):
    code = "contact_not_found"


class OutsideUnit(Forbidden):
    code = "outside_unit"


async def put_contacts(
    session: AsyncSession, given: Mapping[str, ContactIn], *, context: Context, actor: Actor
) -> dict[str, Stored]:
    """Stores each push, by account, unless the same or a newer version is there already; both succeed.

    What is pushed of an erased account succeeds too, and is stored nowhere.

    Raises OutsideUnit, and then stores none.
    """
    for push in given.values():
        if not actor.covers(push.unit):
            raise OutsideUnit(f"You act for {actor.unit}; a contact of {push.unit} is not yours to write.")
    known, done = await _look_up(session, given, context)
    waiting = {account: push for account, push in given.items() if account not in done}
    while waiting:
        rows = [_row(account, waiting[account], known.get(account), context) for account in sorted(waiting)]
        stored = await _store(session, rows)
        if missing := waiting.keys() - stored.keys():
            stored |= await _known(session, missing)
        done |= stored
        # An account that another transaction made meanwhile has another key: seal for that one and try again.
        waiting = {a: push for a, push in waiting.items() if stored[a].source_version < push.source_version}
        known = stored
    return done


async def _look_up(
    session: AsyncSession, given: Mapping[str, ContactIn], context: Context
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Rows of the known accounts, and stand-ins for those kept out or older than their erasure; one statement."""
    keys = {account_key(account, context): account for account in given}
    known, erased = dict[str, Any](), dict[str, Any]()
    for row in await run(session, LOOK_UP, sorted(given), sorted(keys)):
        if row.account is not None:
            known[row.account] = row
            continue
        account = keys[row.key]
        pushed = given[account].source_version
        if row.kept_out or pushed <= row.source_version:
            erased[account] = Contact(account=account, source_version=pushed, updated_at=row.erased_at)
    return known, erased


def account_key(account: str, context: Context) -> bytes:
    """How an erased account is recognised: equal for equal accounts, and nothing without the keyring."""
    return context.keyring.hash(f"erased|{account}")


async def find_contact(session: AsyncSession, account: str, *, actor: Actor, lock: bool = False) -> Contact:
    """Raises ContactNotFound for one that is not there or not in the actor's unit."""
    statement = actor.scope(select(Contact).where(Contact.account == account))
    contact: Contact | None = await session.scalar(statement.with_for_update() if lock else statement)
    if contact is None:
        raise ContactNotFound(f"There is no contact for the account {account}.")
    return contact


async def note_opt_out(session: AsyncSession, account: str, *, wanted: bool, context: Context, actor: Actor) -> Contact:
    """What the customer said himself about being ``wanted`` by surveys; raises ContactNotFound."""
    contact = await find_contact(session, account, actor=actor, lock=True)
    now = context.clock.now()
    contact.opt_out, contact.updated_at = not wanted, now
    contact.opted_out_at = None if wanted else contact.opted_out_at or now
    return contact


async def accounts_of_phone(session: AsyncSession, phone: str, *, context: Context, actor: Actor) -> list[str]:
    """The accounts that name this E.164 number, at most 50, found without opening any."""
    wanted = select(Contact).where(Contact.phone_hash == context.keyring.hash(phone))
    found = await session.scalars(actor.scope(wanted).order_by(Contact.account).limit(MOST_ACCOUNTS))
    return [contact.account for contact in found]


def opened(contact: Contact, context: Context) -> ContactOut:
    """The contact with its personal data in the clear."""
    keyring = person(contact.id, contact.data_key, context)
    return ContactOut(
        account=contact.account,
        source_version=contact.source_version,
        updated_at=contact.updated_at,
        unit=contact.unit,
        name=keyring.open(contact.id, contact.name) if contact.name else None,
        phone=keyring.open(contact.id, contact.phone) if contact.phone else None,
        email=keyring.open(contact.id, contact.email) if contact.email else None,
        preferred_channel=contact.preferred_channel,
        language=contact.language,
        segment=contact.segment,
        opt_out=contact.opt_out,
        opted_out_at=contact.opted_out_at,
        consent=contact.consent,
        rest_until=contact.rest_until,
    )


def person(contact_id: UUID, data_key: bytes, context: Context) -> Keyring:
    """Seals and opens what belongs to this person; useless once the data key is destroyed."""
    return context.keyring.with_data_key(contact_id, data_key)


async def _known(session: AsyncSession, accounts: Iterable[str]) -> dict[str, Any]:
    found = await run(session, KNOWN, sorted(accounts))
    return {row.account: row for row in found}


async def _store(session: AsyncSession, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Those of them that were new or newer, as they are stored now."""
    return {row.account: row for row in await run_rows(session, UPSERT, rows)}


def _row(account: str, push: ContactIn, known: Any | None, context: Context) -> dict[str, Any]:
    """A known contact keeps its id and its key: what is sealed opens with no other."""
    row_id = known.id if known else new_id()
    data_key = known.data_key if known else context.keyring.new_data_key(row_id)
    keyring = person(row_id, data_key, context)
    return push.model_dump(include=set(WISHES)) | {
        "id": row_id,
        "account": account,
        "data_key": data_key,
        "name": keyring.seal(row_id, push.name) if push.name else None,
        "phone": keyring.seal(row_id, push.phone) if push.phone else None,
        "phone_hash": context.keyring.hash(push.phone) if push.phone else None,
        "email": keyring.seal(row_id, push.email) if push.email else None,
        "email_hash": context.keyring.hash(push.email) if push.email else None,
        "updated_at": context.clock.now(),
    }
