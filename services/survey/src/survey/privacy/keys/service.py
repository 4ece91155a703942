"""Wraps every key and what the service itself sealed anew under the keyring's present key.

Afterwards no row needs the older keys: once the backups of their time are given up they can be destroyed, and
with them every copy of a data key that was erased since.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Table, Uuid, bindparam, select, update

from kit.context import Context
from kit.db import Database
from kit.db.tables import message
from kit.encryption import CannotOpen, Keyring
from kit.jobs import Job, Stopped
from survey.db import Base

WINDOW = 500
Place = tuple[Table, list[Column[Any]]]


def places() -> Iterator[Place]:
    """Every table whose rows may hold something sealed, with the columns that may: told by their types.

    What is sealed says by which key; hashes, and what a person's or a file's own key sealed, name none of the keyring.
    """
    for table in (*Base.metadata.sorted_tables, message):
        columns = [column for column in table.c if isinstance(column.type, LargeBinary)]
        if columns and "id" in table.c and isinstance(table.c.id.type, Uuid):
            yield table, columns


async def rewrap(job: Job, context: Context) -> dict[str, Any]:
    """May be given again: what is under the present key already is passed over."""
    others = context.keyring.keys.keys() - {context.keyring.current}
    done: Counter[str] = Counter()
    known = list(places())
    for number, (table, columns) in enumerate(known):
        last: UUID | None = None
        while True:
            rows = await _window(job.database, table, columns, last)
            await _anew(job.database, table, rows, frozenset(others), done, context)
            if not await job.progress(100 * number // len(known)):
                raise Stopped(f"Stopped in {table.name}; what was wrapped anew stays so.")
            if len(rows) < WINDOW:
                break
            last = rows[-1].id
    return {"current": context.keyring.current, "rewrapped": dict(done), "needed_by_no_row": sorted(others)}


async def _window(database: Database, table: Table, columns: Sequence[Column[Any]], last: UUID | None) -> Sequence[Any]:
    wanted = select(table.c.id, *columns).order_by(table.c.id).limit(WINDOW)
    async with database.reading() as session:
        return (await session.execute(wanted if last is None else wanted.where(table.c.id > last))).all()


async def _anew(
    database: Database, table: Table, rows: Sequence[Any], others: frozenset[str], done: Counter[str], context: Context
) -> None:
    keyring = context.keyring
    for name in rows[0]._fields[1:] if rows else ():
        old = [(row.id, getattr(row, name)) for row in rows if _label(getattr(row, name)) in others]
        opened = [(row, sealed, _opened(keyring, row, sealed)) for row, sealed in old]
        changes = [
            {"row": row, "old": sealed, "sealed": keyring.seal_bytes(row, plain)}
            for row, sealed, plain in opened
            if plain is not None
        ]
        if not changes:
            continue
        # guarded by what was read: a value that changed meanwhile is under the present key
        column = table.c[name]
        change = update(table).where(table.c.id == bindparam("row"), column == bindparam("old"))
        async with database.writing() as session:
            await (await session.connection()).execute(change.values({name: bindparam("sealed")}), changes)
        done[f"{table.name}.{name}"] += len(changes)


def _opened(keyring: Keyring, row: UUID, sealed: bytes) -> bytes | None:
    """None for a hash whose first bytes look like a key's name: of a million and more some do."""
    try:
        return keyring.open_bytes(row, sealed)
    except CannotOpen:
        return None


def _label(sealed: bytes | None) -> str:
    """Which key sealed it, '' for nothing; see ``kit.encryption``."""
    return sealed[1 : 1 + sealed[0]].decode("ascii", "ignore") if sealed else ""
