"""Files of past answers: they count as every answer, and lead to nothing: no case, no event, no effect looked at."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.ids import new_id
from survey.analyses.service import look_at
from survey.contacts.models import Contact, ErasedAccount
from survey.contacts.service import account_key
from survey.exchange.exports.service import versions_of
from survey.exchange.imports.faults import CellFault
from survey.exchange.imports.headings import columns
from survey.exchange.imports.models import PastResponse
from survey.exchange.imports.schemas import ImportOptions
from survey.exchange.imports.sheets import Line
from survey.exchange.responses.rows import REQUIRED, PastAnswer, PastRows, known_columns, version
from survey.honesty.service import came_late
from survey.insights.grid import Fact
from survey.insights.service import add_up, store_scores
from survey.questionnaires.definition import Definition
from survey.questionnaires.scoring import read, words
from survey.questionnaires.service import definition_of
from survey.responses.models import Response
from survey.responses.service import sealed
from survey.settings import settings_of


class PastAnswers:
    def __init__(self, options: ImportOptions, actor: Actor, context: Context) -> None:
        self._options, self._actor, self._context = options, actor, context
        self._zone = ZoneInfo(settings_of(context).time_zone)
        self._rows: PastRows | None = None

    async def begin(self, session: AsyncSession, heading: Line) -> list[CellFault]:
        found = await versions_of(session, self._options.questionnaire or "", None)
        versions = [version(one.id, one.number, one.definition) for one in found]
        named, wrong = columns(heading, known_columns(versions), REQUIRED)
        now, digits = self._context.clock.now(), self._options.account_digits
        self._rows = PastRows(named, versions, now=now, zone=self._zone, account_digits=digits)
        return wrong

    @property
    def rows(self) -> PastRows:
        if self._rows is None:
            raise RuntimeError("The heading was not read yet.")
        return self._rows

    def read(self, line: Line) -> tuple[PastAnswer | None, list[CellFault]]:
        return self.rows.read(line)

    def about(self, record: PastAnswer) -> str:
        return record.id

    def dump(self, record: PastAnswer) -> str:
        return record.model_dump_json()

    def load(self, text: str) -> PastAnswer:
        return PastAnswer.model_validate_json(text)

    async def wrong(self, session: AsyncSession, records: Sequence[tuple[int, PastAnswer]]) -> list[CellFault]:
        named = {record.account for _, record in records if record.account}
        known = set(await session.scalars(select(Contact.account).where(Contact.account.in_(named))))
        known |= await self._erased(session, named - known)
        name = self.rows.columns.name
        strange = "There is no contact for this account: import the contacts first, or leave the cell empty."
        foreign = f"You act for {self._actor.unit}; answers about other units are not yours to bring."
        return [
            CellFault(number, name("account"), strange)
            for number, record in records
            if record.account and record.account not in known
        ] + [
            CellFault(number, name("unit"), foreign)
            for number, record in records
            if not self._actor.covers(record.unit)
        ]

    async def apply(self, session: AsyncSession, records: Sequence[PastAnswer]) -> int:
        """Those that are not here yet, told by system and id."""
        keys = {self._context.keyring.hash(f"past|{self._options.source}|{one.id}"): one for one in records}
        at = self._context.clock.now()
        marks = upsert(PastResponse).on_conflict_do_nothing().returning(PastResponse.key)
        rows = [{"key": key, "imported_at": at} for key in sorted(keys)]
        fresh = [keys[key] for key in sorted(await session.scalars(marks, rows))]
        if fresh:
            await self._store(session, fresh)
        return len(fresh)

    async def _store(self, session: AsyncSession, fresh: Sequence[PastAnswer]) -> None:
        owners = await self._owners(session, {one.account for one in fresh if one.account})
        rows, facts = [], []
        for one in fresh:
            definition = await definition_of(session, one.questionnaire_id)
            row = self._row(one, definition, owners.get(one.account or ""))
            rows.append(row)
            facts.append(_fact(row, one, definition))
        await session.execute(insert(Response), rows)
        store_scores(session, facts)
        add_up(session, facts, self._zone)
        await look_at(session, [one.response_id for one in facts])
        await came_late(session, [(row["id"], row["received_at"]) for row in rows], self._context)

    async def _owners(self, session: AsyncSession, accounts: set[str]) -> Mapping[str, tuple[UUID, bytes]]:
        asked = select(Contact.account, Contact.id, Contact.data_key).where(Contact.account.in_(accounts))
        return {row.account: (row.id, row.data_key) for row in await session.execute(asked)}

    async def _erased(self, session: AsyncSession, accounts: set[str]) -> set[str]:
        keys = {account_key(account, self._context): account for account in accounts}
        found = await session.scalars(select(ErasedAccount.key).where(ErasedAccount.key.in_(sorted(keys))))
        return {keys[key] for key in found}

    def _row(self, one: PastAnswer, definition: Definition, owner: tuple[UUID, bytes] | None) -> dict[str, Any]:
        """The words of an account that is here no more are not stored: nobody could have them erased."""
        response_id, said = new_id(), words(definition, one.answers)
        kept = said if owner or not one.account else {}
        reading = read(definition, one.answers, sub_process=one.sub_process)
        return {
            "id": response_id,
            "invitation_id": None,
            "questionnaire_id": one.questionnaire_id,
            "contact_id": owner[0] if owner else None,
            "unit": one.unit,
            "sub_process": one.sub_process,
            "trigger": "none",
            "trigger_id": None,
            "occurred_at": one.occurred_at,
            "revision": 1,
            "digest": "",
            "complete": True,
            "answers": {code: value for code, value in one.answers.items() if code not in said},
            "words": sealed(response_id, kept, owner, self._context),
            "language": one.language,
            "segment": one.segment,
            "may_contact": reading.may_contact,
            "unit_may_know": reading.unit_may_know,
            "received_at": one.received_at,
            "source": self._options.source,
        }


def _fact(row: Mapping[str, Any], one: PastAnswer, definition: Definition) -> Fact:
    reading = read(definition, one.answers, sub_process=one.sub_process)
    return Fact(
        response_id=row["id"],
        unit=one.unit,
        sub_process=one.sub_process,
        trigger="none",
        occurred_at=one.occurred_at,
        scores=reading.scores,
        recommendation=reading.recommendation,
        segment=one.segment,
        effort=reading.effort,
        needs=reading.needs,
    )
