"""Ended sessions: an event tells every service, a row outlives a restart, memory answers each request."""

import asyncio
import time
from contextlib import suppress

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth.tokens import Verifier
from kit.context import Context
from kit.contracts.gateway import AccessRevoked
from kit.db import Database
from kit.db.tables import revoked
from kit.events.handlers import Consumers, Event

POLL = 1.0
consumers = Consumers()


@consumers.on(AccessRevoked)
async def note_revocation(session: AsyncSession, event: Event[AccessRevoked], _: Context) -> None:
    values = {"session_id": event.data.session_id, "until": event.data.until}
    await session.execute(insert(revoked).values(**values).on_conflict_do_nothing())


class RevocationLoop:
    """Brings the rows into the verifier's memory, in every process, whoever wrote them."""

    def __init__(self, database: Database, verifier: Verifier) -> None:
        self.database = database
        self.verifier = verifier

    async def run(self) -> None:
        while True:
            with suppress(SQLAlchemyError, OSError, TimeoutError):
                await self.load()
            await asyncio.sleep(POLL)

    async def load(self) -> None:
        async with self.database.reading() as session:
            rows = (await session.execute(select(revoked))).all()
        self.verifier.revoked = {row.session_id: row.until.timestamp() for row in rows}
        if any(row.until.timestamp() < time.time() for row in rows):
            async with self.database.writing() as session:
                await session.execute(delete(revoked).where(revoked.c.until < func.clock_timestamp()))
