"""The relay: one per service, elected; gives each committed event a dense sequence and publishes it.

A cursor on positions loses events, because a later position may commit first. A round takes the rows of all
transactions that ended below the oldest one still running (the horizon), ordered by position, and numbers
them. Nothing can appear below a horizon afterwards.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.db import Database
from kit.db.faults import passes
from kit.db.tables import epoch, event, publication, published
from kit.events.broker import Broker, BrokerAway, Outgoing, subject_of
from kit.events.envelope import envelope
from kit.telemetry.logs import logger
from kit.telemetry.metrics import Metrics

LOCK = 7_410_002
CHUNK = 2_000
PUBLISH = 512
POLL = 0.1
PARTITION_CHECK_ROUNDS = 5_000
log = logger("kit.relay")

# A round in chunks: its bound is fixed when it begins, its rows are taken in order of position.
BEGIN_ROUND = text(
    "UPDATE relay SET upto = pg_snapshot_xmin(pg_current_snapshot()), after_position = 0 "
    "WHERE upto IS NULL AND EXISTS (SELECT FROM event WHERE xid >= relay.horizon "
    "AND xid < pg_snapshot_xmin(pg_current_snapshot()))"
)
NUMBER_CHUNK = text(
    """
    WITH chunk AS (
        SELECT e.stream, e.position FROM event e, relay r
        WHERE e.xid >= r.horizon AND e.xid < r.upto AND e.position > r.after_position
        ORDER BY e.position LIMIT :chunk
    ), fresh AS (
        SELECT stream, position, row_number() OVER (PARTITION BY stream ORDER BY position) AS n FROM chunk
    ), numbered AS (
        INSERT INTO publication (stream, sequence, position)
        SELECT f.stream, coalesce(p.head, 0) + f.n, f.position FROM fresh f LEFT JOIN published p USING (stream)
        RETURNING stream, sequence, position
    ), heads AS (
        INSERT INTO published (stream, head) SELECT stream, max(sequence) FROM numbered GROUP BY stream
        ON CONFLICT (stream) DO UPDATE SET head = excluded.head
    )
    SELECT count(*), max(position) FROM numbered
    """
)
NEXT_CHUNK = text("UPDATE relay SET after_position = :position")
END_ROUND = text("UPDATE relay SET horizon = upto, upto = NULL, after_position = 0 WHERE upto IS NOT NULL")


class Relay:
    def __init__(self, service: str, database: Database, broker: Broker, metrics: Metrics) -> None:
        self.service = service
        self.database = database
        self.broker = broker
        self.metrics = metrics
        self._woken = asyncio.Event()
        self._epoch: UUID | None = None
        self._rounds = 0

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled. Only one replica at a time holds the lock; the others wait for it."""
        while True:
            try:
                async with self.database.engine.connect() as connection:
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                    if await self._elected(connection):
                        await self._lead(connection)
            except BrokerAway as fault:
                log.warning("relay waits for the broker", reason=str(fault))
            except Exception as fault:
                if not passes(fault):
                    log.exception("relay failed")
            await asyncio.sleep(0.5)

    async def _elected(self, connection: AsyncConnection) -> bool:
        return bool((await connection.execute(text("SELECT pg_try_advisory_lock(:k)"), {"k": LOCK})).scalar())

    async def _lead(self, connection: AsyncConnection) -> None:
        self._epoch = (
            await connection.execute(select(epoch.c.epoch).order_by(epoch.c.number.desc()).limit(1))
        ).scalar_one()
        listening = await self._listen()
        try:
            while True:
                self._woken.clear()
                worked = await self.round(connection)
                if not worked:
                    with suppress(asyncio.TimeoutError, TimeoutError):
                        await asyncio.wait_for(self._woken.wait(), POLL)
                if listening is None or listening != self.broker.connects:
                    listening = await self._listen()
        finally:
            with suppress(Exception):
                await connection.execute(text("SELECT pg_advisory_unlock(:k)"), {"k": LOCK})

    async def _listen(self) -> int | None:
        """Wake-ups come as core NATS messages from whichever process committed."""
        if not self.broker.connected:
            return None

        async def woken(_: Any) -> None:
            self.wake()

        await self.broker.client.subscribe(f"wake.{self.service}", cb=woken)
        return self.broker.connects

    async def round(self, connection: AsyncConnection) -> bool:
        """Numbers what is committed and publishes what is numbered; whether there was anything."""
        if self._rounds % PARTITION_CHECK_ROUNDS == 0:
            await connection.execute(text("SELECT ensure_event_partitions()"))
        self._rounds += 1
        numbered = await self._number(connection)
        sent = await self._publish(connection)
        return numbered > 0 or sent > 0

    async def _number(self, connection: AsyncConnection) -> int:
        total = 0
        await connection.execute(BEGIN_ROUND)
        while True:
            async with _transaction(connection):
                count, position = (await connection.execute(NUMBER_CHUNK, {"chunk": CHUNK})).one()
                if count:
                    await connection.execute(NEXT_CHUNK, {"position": position})
                if count < CHUNK:
                    await connection.execute(END_ROUND)
            total += int(count)
            if count < CHUNK:
                return total

    async def _publish(self, connection: AsyncConnection) -> int:
        if not self.broker.connected:
            return 0
        total = 0
        for stream, sequence in await self._behind(connection):
            total += await self._publish_stream(connection, stream, sequence)
        return total

    @staticmethod
    async def _behind(connection: AsyncConnection) -> Sequence[Any]:
        statement = select(published.c.stream, published.c.sequence).where(published.c.head > published.c.sequence)
        return (await connection.execute(statement)).all()

    async def _publish_stream(self, connection: AsyncConnection, stream: str, after: int) -> int:
        total = 0
        while rows := await numbered_rows(connection, stream, after, PUBLISH):
            try:
                await self.broker.publish([self._outgoing(row) for row in rows])
            except BrokerAway:
                # The stream may be gone with the broker's folder: make it again, then try once more.
                await self.broker.ensure_stream(stream)
                await self.broker.publish([self._outgoing(row) for row in rows])
            after = rows[-1].sequence
            await self._published(connection, stream, after)
            total += len(rows)
            self.metrics.published.labels(stream).inc(len(rows))
            if len(rows) < PUBLISH:
                break
        return total

    def _outgoing(self, row: Any) -> Outgoing:
        assert self._epoch is not None  # noqa: S101  (read when elected)
        body = envelope(row, self._epoch, row.sequence)
        subject = subject_of(self.service, row.stream, row.type)
        return Outgoing(subject, str(row.id), json.dumps(body, ensure_ascii=False).encode())

    @staticmethod
    async def _published(connection: AsyncConnection, stream: str, sequence: int) -> None:
        # Losing this on a crash only publishes again what readers then skip, so it need not be synced.
        async with _transaction(connection):
            await connection.execute(text("SET LOCAL synchronous_commit = off"))
            await connection.execute(update(published).where(published.c.stream == stream).values(sequence=sequence))


class _transaction:  # noqa: N801
    """BEGIN and COMMIT on the one connection that holds the election's lock."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def __aenter__(self) -> None:
        await self.connection.execute(text("BEGIN"))

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self.connection.execute(text("COMMIT" if kind is None else "ROLLBACK"))


async def numbered_rows(connection: AsyncConnection, stream: str, after: int, limit: int) -> Sequence[Any]:
    """Rows of the log with their sequence, in its order."""
    numbers = (
        select(publication.c.sequence, publication.c.position)
        .where(publication.c.stream == stream, publication.c.sequence > after)
        .order_by(publication.c.sequence)
        .limit(limit)
        .subquery()
    )
    statement = (
        select(event, numbers.c.sequence)
        .join(numbers, event.c.position == numbers.c.position)
        .order_by(numbers.c.sequence)
    )
    return (await connection.execute(statement)).all()
