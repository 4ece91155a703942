"""Keeps files piece by piece: no transaction lasts long, and no file is ever whole in memory."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import IO
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.db import Database
from kit.encryption import Keyring
from kit.errors import NotFound, TooLarge
from kit.ids import new_id
from kit.timers import schedule
from survey.exchange.files.models import FilePiece, StoredFile

PIECE = 512 * 1024
KEPT = timedelta(days=3)
EXPIRY = "exchange.file_expires"


class FileNotFound(NotFound):
    code = "file_not_found"


class FileTooLarge(TooLarge):
    code = "file_too_large"


async def store(
    database: Database,
    content: AsyncIterator[bytes],
    *,
    name: str,
    media_type: str,
    limit: int,
    personal: bool,
    actor: Actor,
    context: Context,
) -> UUID:
    """Stores what comes, each piece in a transaction of its own; raises FileTooLarge above ``limit`` bytes.

    What breaks off is deleted when it expires.
    """
    row = await _begin(database, name, media_type, personal=personal, owner=owner_of(actor), context=context)
    keyring = context.keyring.with_data_key(row.id, row.data_key)
    size = number = 0
    async for piece in _pieces(content):
        size += len(piece)
        if size > limit:
            raise FileTooLarge(f"A file may have {limit} bytes at most; split it, or save it in a leaner format.")
        await _add(database, row.id, number, keyring.seal_bytes(row.id, piece))
        number += 1
    async with database.writing() as session:
        done = update(StoredFile).where(StoredFile.id == row.id).values(size=size, pieces=number, whole=True)
        await session.execute(done.execution_options(synchronize_session=False))
    return row.id


async def content(database: Database, file: StoredFile, context: Context) -> AsyncIterator[bytes]:
    """The file's pieces in their order, each read in a snapshot of its own."""
    keyring = context.keyring.with_data_key(file.id, file.data_key)
    for number in range(file.pieces):
        yield await _piece(database, file.id, number, keyring)


async def copy(database: Database, file: StoredFile, target: IO[bytes], context: Context) -> None:
    """Writes the whole file into ``target`` and rewinds it."""
    async for piece in content(database, file, context):
        target.write(piece)
    target.seek(0)


async def find(session: AsyncSession, file_id: UUID, *, actor: Actor, context: Context) -> StoredFile:
    """The actor's own whole file; raises FileNotFound, also for those of others and those that expired."""
    found: StoredFile | None = await session.get(StoredFile, file_id)
    past = found is not None and found.expires_at <= context.clock.now()
    if found is None or past or not found.whole or found.owner != owner_of(actor):
        raise FileNotFound(f"There is no file {file_id} of yours; exports are kept for {KEPT.days} days.")
    return found


async def drop_some(session: AsyncSession, file_id: UUID, *, most: int = 64) -> bool:
    """Deletes up to ``most`` pieces, and the file with its last; whether anything of it is left."""
    some = select(FilePiece.number).where(FilePiece.file_id == file_id).order_by(FilePiece.number).limit(most)
    gone = await session.execute(
        delete(FilePiece)
        .where(FilePiece.file_id == file_id, FilePiece.number.in_(some))
        .returning(FilePiece.number)
        .execution_options(synchronize_session=False)
    )
    if len(gone.all()) == most:
        return True
    await session.execute(delete(StoredFile).where(StoredFile.id == file_id))
    return False


def owner_of(actor: Actor) -> str:
    return f"{actor.issuer}:{actor.subject}"


async def _begin(
    database: Database, name: str, media_type: str, *, personal: bool, owner: str, context: Context
) -> StoredFile:
    row_id, now = new_id(), context.clock.now()
    row = StoredFile(
        id=row_id,
        name=name,
        media_type=media_type,
        data_key=context.keyring.new_data_key(row_id),
        size=0,
        pieces=0,
        whole=False,
        personal=personal,
        owner=owner,
        created_at=now,
        expires_at=now + KEPT,
    )
    async with database.writing() as session:
        session.add(row)
        await schedule(session, EXPIRY, subject=str(row_id), due=row.expires_at)
    return row


async def _add(database: Database, file_id: UUID, number: int, sealed: bytes) -> None:
    async with database.writing() as session:
        await session.execute(insert(FilePiece).values(file_id=file_id, number=number, content=sealed))


async def _piece(database: Database, file_id: UUID, number: int, keyring: Keyring) -> bytes:
    async with database.reading() as session:
        wanted = select(FilePiece.content).where(FilePiece.file_id == file_id, FilePiece.number == number)
        return keyring.open_bytes(file_id, (await session.execute(wanted)).scalar_one())


async def _pieces(content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces of one size."""
    held = bytearray()
    async for part in content:
        held += part
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    if held:
        yield bytes(held)
