"""Telling people: at least once under one stable key per real change and recipient.

The recipient and the text are sealed; the channel of this release writes files, one line of JSON each, which
the utility's message gateway takes away.
"""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.db import Database
from kit.db.faults import passes
from kit.db.tables import message
from kit.ids import new_id
from kit.telemetry.logs import logger

POLL = 0.5
BATCH = 100
log = logger("kit.messages")


async def send(session: AsyncSession, context: Context, *, key: str, recipient: str, body: str) -> None:
    """Queues one message in the caller's transaction; a key already used sends nothing again."""
    row = new_id()
    statement = insert(message).values(
        id=row,
        key=key,
        channel="file",
        recipient=context.keyring.seal(row, recipient),
        body=context.keyring.seal(row, body),
        created_at=context.clock.now(),
    )
    await session.execute(statement.on_conflict_do_nothing(index_elements=["key"]))


class MessageLoop:
    def __init__(self, database: Database, context: Context) -> None:
        self.database = database
        self.context = context
        self.path = context.settings.files / f"{context.service}.jsonl"

    async def run(self) -> None:
        while True:
            sent = 0
            try:
                sent = await self.send_some()
            except Exception as fault:
                if not passes(fault):
                    log.exception("messages failed")
            if sent < BATCH:
                await asyncio.sleep(POLL)

    async def send_some(self) -> int:
        """Writes waiting messages; each may be written twice after a crash, never lost."""
        async with self.database.writing() as session:
            rows = (
                await session.execute(
                    select(message)
                    .where(message.c.state == "waiting", message.c.retry_at <= func.clock_timestamp())
                    .order_by(message.c.id)
                    .limit(BATCH)
                    .with_for_update(skip_locked=True)
                )
            ).all()
            if not rows:
                return 0
            lines = [self._line(row) for row in rows]
            ids = [row.id for row in rows]
            try:
                await asyncio.to_thread(_append, self.path, lines)
            except OSError as fault:
                log.error("file channel failed", error=fault.strerror)
                later = text("clock_timestamp() + interval '5 seconds'")
                values = {"attempts": message.c.attempts + 1, "error": fault.strerror, "retry_at": later}
                await session.execute(update(message).where(message.c.id.in_(ids)).values(**values))
                return 0
            done = {"state": "sent", "sent_at": self.context.clock.now(), "attempts": message.c.attempts + 1}
            await session.execute(update(message).where(message.c.id.in_(ids)).values(**done))
        return len(rows)

    def _line(self, row: Any) -> str:
        keyring = self.context.keyring
        return json.dumps(
            {
                "key": row.key,
                "to": keyring.open(row.id, row.recipient),
                "text": keyring.open(row.id, row.body),
                "created_at": row.created_at.isoformat(),
            },
            ensure_ascii=False,
        )


def _append(path: Path, lines: list[str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
