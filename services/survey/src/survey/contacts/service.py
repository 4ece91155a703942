"""Keeps contacts as their source pushes them, in whatever order the pushes arrive."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.encryption import Keyring
from kit.errors import Forbidden, NotFound
from kit.ids import new_id
from survey.contacts.models import Contact
from survey.contacts.schemas import ContactIn, ContactOut

MOST_ACCOUNTS = 50


class ContactNotFound(NotFound):
    code = "contact_not_found"


class OutsideUnit(Forbidden):
    code = "outside_unit"


async def put_contact(
    session: AsyncSession, account: str, given: ContactIn, *, context: Context, actor: Actor
) -> Contact:
    """Stores the push unless the same or a newer version is there already; both are the same success."""
    if not actor.covers(given.unit):
        raise OutsideUnit(f"You act for {actor.unit}; a contact of {given.unit} is not yours to write.")
    contact = await _locked(session, account)
    if contact is None:
        await session.execute(_first(account, given, context))
        contact = await _locked(session, account)
        assert contact is not None  # noqa: S101 - inserted just now, by us or by a concurrent push
    if given.source_version > contact.source_version:
        _apply(contact, given, context)
    return contact


async def find_contact(session: AsyncSession, account: str, *, actor: Actor) -> Contact:
    """Raises ContactNotFound for one that is not there or not in the actor's unit."""
    contact: Contact | None = await session.scalar(actor.scope(select(Contact).where(Contact.account == account)))
    if contact is None:
        raise ContactNotFound(f"There is no contact for the account {account}.")
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
        language=contact.language,
        opt_out=contact.opt_out,
        consent=contact.consent,
        rest_until=contact.rest_until,
    )


def person(contact_id: UUID, data_key: bytes, context: Context) -> Keyring:
    """Seals and opens what belongs to this person; useless once the data key is destroyed."""
    return context.keyring.with_data_key(contact_id, data_key)


async def _locked(session: AsyncSession, account: str) -> Contact | None:
    statement = select(Contact).where(Contact.account == account).with_for_update()
    found: Contact | None = await session.scalar(statement)
    return found


def _first(account: str, given: ContactIn, context: Context) -> Insert:
    """The row before any version was applied."""
    row_id = new_id()
    values = {
        "id": row_id,
        "account": account,
        "unit": given.unit,
        "data_key": context.keyring.new_data_key(row_id),
        "language": given.language,
        "opt_out": given.opt_out,
        "consent": given.consent,
        "source_version": -1,
        "updated_at": context.clock.now(),
    }
    return insert(Contact).values(**values).on_conflict_do_nothing(index_elements=["account"])


def _apply(contact: Contact, given: ContactIn, context: Context) -> None:
    keyring = person(contact.id, contact.data_key, context)
    contact.unit = given.unit
    contact.name = keyring.seal(contact.id, given.name) if given.name else None
    contact.phone = keyring.seal(contact.id, given.phone) if given.phone else None
    contact.phone_hash = context.keyring.hash(given.phone) if given.phone else None
    contact.language, contact.opt_out, contact.consent = given.language, given.opt_out, given.consent
    contact.source_version = given.source_version
    contact.updated_at = context.clock.now()
