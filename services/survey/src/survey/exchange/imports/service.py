"""Imports a file: first every row is checked and staged, then, if none is at fault, all are applied in chunks.

Chunks are keyed: what was applied is never applied again, so an import whose worker died goes on where it was.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from tempfile import TemporaryFile
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor, Role
from kit.context import Context
from kit.db import Database
from kit.db.faults import passes
from kit.encryption import Keyring
from kit.ids import new_id
from kit.jobs import Job, Stopped, enqueue
from survey.exchange.files import service as files
from survey.exchange.files.models import StoredFile
from survey.exchange.imports.faults import CellFault, Faults
from survey.exchange.imports.models import FileImport, ImportRow
from survey.exchange.imports.schemas import ImportOptions
from survey.exchange.imports.sheets import Line, Unreadable, lines

CHECKED_AT_ONCE = 500
APPLIED_AT_ONCE = 250
DELETED_AT_ONCE = 5000
CHECKING = 60
"""Per cent of the progress that checking counts for."""


class Rows(Protocol):
    """What one kind of file holds."""

    async def begin(self, session: AsyncSession, heading: Line) -> list[CellFault]:
        """Reads the heading; its faults end the import."""

    def read(self, line: Line) -> tuple[Any | None, list[CellFault]]:
        """The row as a record, or its faults; runs in a thread, after ``begin``."""

    def about(self, record: Any) -> str:
        """What the record is about: no two rows of a file may be about the same."""

    def dump(self, record: Any) -> str: ...

    def load(self, text: str) -> Any: ...

    async def wrong(self, session: AsyncSession, records: Sequence[tuple[int, Any]]) -> list[CellFault]:
        """What only the database or the actor's rights tell of rows that are good by themselves."""

    async def apply(self, session: AsyncSession, records: Sequence[Any]) -> int:
        """Puts records into force; how many changed anything. May be given the same again."""


Kind = Callable[[ImportOptions, Actor, Context], Rows]


async def start(
    database: Database, content: AsyncIterator[bytes], kind: str, options: ImportOptions, *,
    media_type: str, limit: int, actor: Actor, context: Context,
) -> UUID:  # fmt: skip
    """Stores the file and enqueues its import; gives the job's id."""
    name = f"{kind}-import"
    file_id = await files.store(
        database, content, name=name, media_type=media_type, limit=limit, personal=True, actor=actor, context=context
    )
    row_id = new_id()
    row = FileImport(
        id=row_id, kind=kind, state="checking", file_id=file_id, data_key=context.keyring.new_data_key(row_id),
        options=options.model_dump(mode="json"), rows=0, applied=0, changed=0, fault_count=0, faults=[],
        created_at=context.clock.now(),
    )  # fmt: skip
    who = {"subject": actor.subject, "issuer": actor.issuer, "roles": sorted(actor.roles), "unit": actor.unit}
    async with database.writing() as session:
        session.add(row)
        return await enqueue(session, f"{kind}.import", {"import": str(row_id), "actor": who}, actor=actor)


def actor_of(payload: dict[str, Any]) -> Actor:
    """Who asked for the job, with the rights of then."""
    who = payload["actor"]
    roles = frozenset(Role(role) for role in who["roles"])
    return Actor(who["subject"], roles, unit=who["unit"], issuer=who["issuer"])


async def run(job: Job, context: Context, kind: Kind) -> dict[str, Any]:
    """The whole import, or what is left of one whose worker died."""
    work = Work(job, context, kind, await _load(job.database, UUID(job.payload["import"])))
    try:
        if work.row.state == "checking":
            await work.check()
        if work.row.state == "applying":
            await work.apply()
    except Exception as fault:
        if not passes(fault):  # what passes is tried again from where it was
            await work.clean_up()
        raise
    await work.clean_up()
    return report(work.row)


def report(row: FileImport) -> dict[str, Any]:
    done = row.state == "applied"
    return {
        "outcome": row.state,
        "rows": row.rows,
        "changed": row.changed,
        "unchanged": row.rows - row.changed if done else 0,
        "fault_count": row.fault_count,
        "faults": row.faults,
    }


class Work:
    """One import while a worker has it."""

    def __init__(self, job: Job, context: Context, kind: Kind, row: FileImport) -> None:
        self.job, self.context, self.row = job, context, row
        self.database = job.database
        self.options = ImportOptions.model_validate(row.options)
        self.rows = kind(self.options, actor_of(job.payload), context)
        self.keyring: Keyring = context.keyring.with_data_key(row.id, row.data_key)
        self.faults = Faults()

    async def check(self) -> None:
        """Stages every good row and lists what is wrong; then the import is refused, done (a dry run) or applied."""
        await self._forget_rows()
        good = 0
        with TemporaryFile() as file:
            stored = await _file(self.database, self.row.file_id)
            await files.copy(self.database, stored, file, self.context)
            try:
                with closing(lines(file, encoding=self.options.encoding, delimiter=self.options.character)) as source:
                    good = await self._check_lines(source, lambda: file.tell() / max(stored.size, 1))
            except Unreadable as fault:
                self.faults.add(CellFault(fault.row, "", str(fault)))
        state = "refused" if self.faults.count else "checked" if self.options.dry_run else "applying"
        await self._note(
            state=state, rows=good, fault_count=self.faults.count, faults=[asdict(one) for one in self.faults.listed]
        )

    async def _check_lines(self, source: Iterator[Line], share: Callable[[], float]) -> int:
        heading = await asyncio.to_thread(next, source, None)
        if heading is None:
            raise Unreadable("The file is empty; its first row names the columns.")
        if not await self._begin(heading):
            return 0
        good = 0
        while batch := await asyncio.to_thread(_take, source):
            good += await self._check_batch(batch)
            if not await self.job.progress(int(CHECKING * min(share(), 1))):
                raise Stopped(f"Stopped after {good} good rows were checked; nothing was applied.")
        if not self.faults.count and not good:
            raise Unreadable("The file has a heading and no rows.", heading.number)
        return good

    async def _begin(self, heading: Line) -> bool:
        async with self.database.reading() as session:
            wrong = await self.rows.begin(session, heading)
        for fault in wrong:
            self.faults.add(fault)
        return not wrong

    async def _check_batch(self, batch: list[Line]) -> int:
        records: list[tuple[int, Any]] = []
        for number, record, wrong in await asyncio.to_thread(_read, self.rows, batch):
            for fault in wrong:
                self.faults.add(fault)
            if record is not None:
                records.append((number, record))
        async with self.database.writing() as session:
            for fault in await self.rows.wrong(session, records):
                self.faults.add(fault)
            await self._stage(session, records)
        return len(records)

    async def _stage(self, session: AsyncSession, records: list[tuple[int, Any]]) -> None:
        if not records:
            return
        values = [
            {
                "import_id": self.row.id,
                "row": number,
                "key": self.context.keyring.hash(f"import|{self.rows.about(record)}"),
                "content": self.keyring.seal(self.row.id, self.rows.dump(record)),
            }
            for number, record in records
        ]
        adding = upsert(ImportRow).on_conflict_do_nothing().returning(ImportRow.row)
        stored = set(await session.scalars(adding, values))
        for one in values:
            if one["row"] not in stored:
                await self._twice(session, cast("int", one["row"]), cast("bytes", one["key"]))

    async def _twice(self, session: AsyncSession, number: int, key: bytes) -> None:
        first = select(ImportRow.row).where(ImportRow.import_id == self.row.id, ImportRow.key == key)
        earlier = (await session.execute(first)).scalar_one()
        self.faults.add(CellFault(number, "", f"This row is about the same as row {earlier}; keep one of them."))

    async def apply(self) -> None:
        """Chunk by chunk, each with the mark of how far it came in one transaction."""
        while await self._apply_some():
            done = self.row.applied / max(self.row.rows, 1)
            # Not stopped here: an import that began is brought to its end.
            await self.job.progress(CHECKING + int((99 - CHECKING) * min(done, 1)))
        await self._note(state="applied")

    async def _apply_some(self) -> bool:
        async with self.database.writing() as session:
            row = await session.get_one(FileImport, self.row.id, with_for_update=True)
            wanted = select(ImportRow).where(ImportRow.import_id == row.id, ImportRow.row > row.applied)
            staged = (await session.scalars(wanted.order_by(ImportRow.row).limit(APPLIED_AT_ONCE))).all()
            if staged:
                records = [self.rows.load(self.keyring.open(row.id, one.content)) for one in staged]
                row.changed += await self.rows.apply(session, records)
                row.applied = staged[-1].row
        self.row = row
        return bool(staged)

    async def clean_up(self) -> None:
        """Neither the file nor its rows are kept longer than the import takes."""
        await self._forget_rows()
        more = True
        while more:
            async with self.database.writing() as session:
                more = await files.drop_some(session, self.row.file_id)

    async def _forget_rows(self) -> None:
        while True:
            async with self.database.writing() as session:
                some = select(ImportRow.row).where(ImportRow.import_id == self.row.id).limit(DELETED_AT_ONCE)
                gone = delete(ImportRow).where(ImportRow.import_id == self.row.id, ImportRow.row.in_(some))
                found = await session.execute(
                    gone.returning(ImportRow.row).execution_options(synchronize_session=False)
                )
                if not found.all():
                    return

    async def _note(self, **values: Any) -> None:
        async with self.database.writing() as session:
            row = await session.get_one(FileImport, self.row.id)
            for name, value in values.items():
                setattr(row, name, value)
        self.row = row


def _take(source: Iterator[Line]) -> list[Line]:
    return list(itertools.islice(source, CHECKED_AT_ONCE))


def _read(rows: Rows, batch: list[Line]) -> list[tuple[int, Any, list[CellFault]]]:
    return [(line.number, *rows.read(line)) for line in batch]


async def _load(database: Database, import_id: UUID) -> FileImport:
    async with database.reading() as session:
        return await session.get_one(FileImport, import_id)


async def _file(database: Database, file_id: UUID) -> StoredFile:
    async with database.reading() as session:
        return await session.get_one(StoredFile, file_id)
