"""The relay: one per service, elected; gives each committed event a dense sequence and publishes it.

A cursor on positions loses events, because a later position may commit first. A round takes the rows of all
transactions that ended below the oldest one still running (the horizon), ordered by position, and numbers
them (``number_events`` in kit.db.spine). Nothing can appear below a horizon afterwards.

It speaks to PostgreSQL by asyncpg itself: an event's way is short, and each round trip is felt.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

import asyncpg

from kit.db.faults import passes
from kit.events.broker import Broker, BrokerAway, Outgoing, subject_of
from kit.events.envelope import serialised
from kit.telemetry.logs import logger
from kit.telemetry.metrics import Metrics

LOCK = 7_410_002
CHUNK = 2_000
PUBLISH = 512
POLL = 0.1
PARTITION_CHECK_ROUNDS = 5_000
log = logger("kit.relay")

EPOCH = "SELECT epoch FROM epoch ORDER BY number DESC LIMIT 1"
BEHIND = "SELECT stream, sequence, head FROM published WHERE head > sequence"
NUMBERED = """
    SELECT e.*, p.sequence FROM publication p JOIN event e ON e.position = p.position
    WHERE p.stream = $1 AND p.sequence > $2 ORDER BY p.sequence LIMIT $3
"""
# Losing this on a crash only publishes again what readers then skip, so it need not be synced.
PUBLISHED = "UPDATE published SET sequence = $2 WHERE stream = $1"


class Relay:
    def __init__(self, service: str, url: str, broker: Broker, metrics: Metrics) -> None:
        self.service = service
        self.url = url
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
                await self._once_elected()
            except BrokerAway as fault:
                log.warning("relay waits for the broker", reason=str(fault))
            except Exception as fault:
                if not passes(fault):
                    log.exception("relay failed")
            await asyncio.sleep(0.5)

    async def _once_elected(self) -> None:
        settings = {"application_name": f"gridloop-{self.service}-relay"}
        connection = await asyncpg.connect(self.url, timeout=5, command_timeout=30, server_settings=settings)
        try:
            if await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                self._epoch = await connection.fetchval(EPOCH)
                await self._lead(connection)
        finally:
            # not close(): it would wait for a server that may be gone; the lock goes with the connection
            connection.terminate()

    async def _lead(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        listening: int | None = None
        while True:
            if listening != self.broker.connects and self.broker.connected:
                listening = await self._listen()
            self._woken.clear()
            if not await self.round(connection):
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._woken.wait()

    async def _listen(self) -> int:
        """Wake-ups come as core NATS messages from whichever process committed."""

        async def woken(_: Any) -> None:
            self.wake()

        await self.broker.client.subscribe(f"wake.{self.service}", cb=woken)
        return self.broker.connects

    async def round(self, connection: asyncpg.Connection[asyncpg.Record]) -> bool:
        """Numbers what is committed and publishes what is numbered; whether there was anything."""
        if self._rounds % PARTITION_CHECK_ROUNDS == 0:
            await connection.execute("SELECT ensure_event_partitions()")
        self._rounds += 1
        numbered = await connection.fetchval("SELECT number_events($1)", CHUNK)
        return await self._publish(connection) > 0 or numbered > 0

    async def _publish(self, connection: asyncpg.Connection[asyncpg.Record]) -> int:
        if not self.broker.connected:
            return 0
        total = 0
        for stream, sequence, head in await connection.fetch(BEHIND):
            sent = await self._publish_stream(connection, stream, sequence)
            self.metrics.unpublished.labels(stream).set(head - sequence - sent)
            total += sent
        return total

    async def _publish_stream(self, connection: asyncpg.Connection[asyncpg.Record], stream: str, after: int) -> int:
        rows = await connection.fetch(NUMBERED, stream, after, PUBLISH)
        if not rows:
            return 0
        outgoing = [self._outgoing(row) for row in rows]
        try:
            await self.broker.publish(outgoing)
        except BrokerAway:
            # The stream may be gone with the broker's folder: make it again, then try once more.
            await self.broker.ensure_stream(stream)
            await self.broker.publish(outgoing)
        async with connection.transaction():
            await connection.execute("SET LOCAL synchronous_commit = off")
            await connection.execute(PUBLISHED, stream, rows[-1]["sequence"])
        self.metrics.published.labels(stream).inc(len(rows))
        return len(rows)

    def _outgoing(self, row: asyncpg.Record) -> Outgoing:
        assert self._epoch is not None  # noqa: S101  (read when elected)
        subject = subject_of(self.service, row["stream"], row["type"])
        return Outgoing(subject, str(row["id"]), serialised(dict(row), self._epoch, row["sequence"]))
