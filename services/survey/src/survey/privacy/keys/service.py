"""Wraps every key and what the service itself sealed anew under the keyring's present key.

Afterwards no row needs the older keys: once the backups of their time are given up they can be destroyed, and
with them every copy of a data key that was erased since.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, func, select, true, update

from kit.context import Context
from kit.db import Database
from kit.db.tables import message
from kit.jobs import Job, Stopped
from survey.anonymous.models import AnonymousResponse, AnonymousWaiting
from survey.contacts.models import Contact
from survey.exchange.files.models import StoredFile
from survey.exchange.imports.models import FileImport
from survey.responses.models import Response

CHUNK = 250
Place = tuple[Any, str, ColumnElement[bool]]
PLACES: tuple[Place, ...] = (
    (Contact.__table__, "data_key", true()),
    (StoredFile.__table__, "data_key", true()),
    (FileImport.__table__, "data_key", true()),
    (Response.__table__, "words", Response.__table__.c.contact_id.is_(None)),
    (AnonymousResponse.__table__, "words", true()),
    (AnonymousWaiting.__table__, "sealed", true()),
    (message, "recipient", true()),
    (message, "title", true()),
    (message, "body", true()),
)
"""What the keyring itself seals: table, column, and which rows of it."""


async def rewrap(job: Job, context: Context) -> dict[str, Any]:
    """May be given again: what is under the present key already is passed over."""
    current, done = context.keyring.current, {}
    for number, (table, column, which) in enumerate(PLACES):
        name = f"{table.name}.{column}"
        done[name] = 0
        last: UUID | None = None
        while True:
            count, last = await _some(job.database, table, column, which, last, context)
            done[name] += count
            if not await job.progress(100 * number // len(PLACES)):
                raise Stopped(f"Stopped in {name}; what was wrapped anew stays so.")
            if last is None:
                break
    others = sorted(context.keyring.keys.keys() - {current})
    return {"current": current, "rewrapped": done, "needed_by_no_row": others}


async def _some(
    database: Database, table: Table, column: str, which: ColumnElement[bool], last: UUID | None, context: Context
) -> tuple[int, UUID | None]:
    """A chunk by id; how many were wrapped anew, and the last id, None at the end."""
    sealed = table.c[column]
    label = func.substr(sealed, 2, func.get_byte(sealed, 0))
    wanted = select(table.c.id, sealed).where(sealed.is_not(None), which, label != context.keyring.current.encode())
    if last is not None:
        wanted = wanted.where(table.c.id > last)
    async with database.writing() as session:
        rows = (await session.execute(wanted.order_by(table.c.id).limit(CHUNK).with_for_update())).all()
        if rows:
            anew = update(table).where(table.c.id == bindparam("row")).values({column: bindparam("sealed")})
            await (await session.connection()).execute(anew, [_anew(row.id, row[1], context) for row in rows])
    return len(rows), rows[-1].id if len(rows) == CHUNK else None


def _anew(row: UUID, sealed: bytes, context: Context) -> Mapping[str, Any]:
    keyring = context.keyring
    return {"row": row, "sealed": keyring.seal_bytes(row, keyring.open_bytes(row, sealed))}
