"""Files of contacts: each row is a push as by ``PUT /v1/contacts/{account}``."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from survey.contacts.models import Contact
from survey.contacts.schemas import ContactOfMany
from survey.contacts.service import put_contacts
from survey.exchange.contacts.rows import FIELDS, REQUIRED, ContactRows
from survey.exchange.imports.faults import CellFault
from survey.exchange.imports.headings import columns
from survey.exchange.imports.schemas import ImportOptions
from survey.exchange.imports.sheets import Line

VERSIONLESS = "Without this column say by source_version which version of the source all rows are."


class Contacts:
    def __init__(self, options: ImportOptions, actor: Actor, context: Context) -> None:
        self._options, self._actor, self._context = options, actor, context
        self._rows: ContactRows | None = None

    async def begin(self, _: AsyncSession, heading: Line) -> list[CellFault]:
        found, wrong = columns(heading, FIELDS, REQUIRED)
        if self._options.source_version is None and "source_version" not in found.names:
            wrong.append(CellFault(heading.number, "source_version", VERSIONLESS))
        given = self._options
        self._rows = ContactRows(found, version=given.source_version, account_digits=given.account_digits)
        return wrong

    @property
    def rows(self) -> ContactRows:
        if self._rows is None:
            raise RuntimeError("The heading was not read yet.")
        return self._rows

    def read(self, line: Line) -> tuple[ContactOfMany | None, list[CellFault]]:
        return self.rows.read(line)

    def about(self, record: ContactOfMany) -> str:
        return record.account

    def dump(self, record: ContactOfMany) -> str:
        return record.model_dump_json(exclude_unset=True)

    def load(self, text: str) -> ContactOfMany:
        return ContactOfMany.model_validate_json(text)

    async def wrong(self, _: AsyncSession, records: Sequence[tuple[int, ContactOfMany]]) -> list[CellFault]:
        detail = f"You act for {self._actor.unit}; contacts of other units are not yours to write."
        return [
            CellFault(number, self.rows.columns.name("unit"), detail)
            for number, record in records
            if not self._actor.covers(record.unit)
        ]

    async def apply(self, session: AsyncSession, records: Sequence[ContactOfMany]) -> int:
        """An account whose version is stored already, or a newer one, stays as it is; an erased one is not stored."""
        accounts = [record.account for record in records]
        known = select(Contact.account, Contact.source_version).where(Contact.account.in_(accounts))
        versions = {row.account: row.source_version for row in await session.execute(known)}
        newer = {r.account: r for r in records if r.source_version > versions.get(r.account, -1)}
        stored = await put_contacts(session, newer, context=self._context, actor=self._actor)
        return sum(contact.id is not None for contact in stored.values())
