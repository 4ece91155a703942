"""Sends what waits, in batches, each channel beside the others."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.db import Database
from kit.db.faults import passes
from kit.encryption import CannotOpen
from kit.messages import queue
from kit.messages.channel import Channel, Later, Outcome, Outgoing, Refused
from kit.messages.channels import channels_of
from kit.messages.sources import Messages, Told
from kit.settings import ServiceSettings
from kit.telemetry.logs import logger

POLL = 0.5
BATCH = 200
SECONDS_FOR_A_BATCH = 90.0  # less than the lease, so that nobody else takes a message that is being sent
log = logger("kit.messages")


class MessageLoop:
    def __init__(self, database: Database, context: Context, slices: Sequence[Messages] = ()) -> None:
        self.database = database
        self.context = context
        self.sources = [source for part in slices for source in part.sources]
        self.handlers = {prefix: handler for part in slices for prefix, handler in part.handlers.items()}
        self.guards = {prefix: guard for part in slices for prefix, guard in part.guards.items()}
        settings: ServiceSettings = context.settings
        self.path = settings.files / f"{context.service}.jsonl"
        self.channels: dict[str, Channel] = channels_of(settings, self.path, context.keyring)

    async def run(self) -> None:
        while True:
            moved = 0
            try:
                moved = await self.send_some()
            except Exception as fault:
                if not passes(fault):
                    log.exception("messages failed")
            if not moved:
                await asyncio.sleep(POLL)

    async def send_some(self) -> int:
        """One batch; how many were tried or newly queued. Each may be sent twice after a crash, never lost."""
        async with self.database.writing() as session:
            claimed = await queue.claim(session, self._ready(), BATCH)
            rows = await self._still_wanted(session, claimed)
        if rows:
            outcomes = await self._delivered(rows)
            async with self.database.writing() as session:
                await self._settle(session, outcomes)
        queued = await self._refill() if len(claimed) < BATCH else 0
        return len(claimed) + queued

    async def close(self) -> None:
        for channel in self.channels.values():
            await channel.close()

    def _ready(self) -> list[str]:
        return [name for name, channel in self.channels.items() if channel.ready]

    async def _still_wanted(self, session: AsyncSession, rows: Sequence[Any]) -> list[Any]:
        """What nobody wants any more is taken back before it leaves."""
        unwanted: set[str] = set()
        for prefix, guard in self.guards.items():
            keys = {row.key for row in rows if row.key.partition(":")[0] == prefix}
            unwanted |= keys - (await guard(session, self.context, keys) if keys else set())
        if unwanted:
            await queue.withdraw(session, unwanted)
            await self._tell(session, [(key, "withdrawn") for key in sorted(unwanted)])
        return [row for row in rows if row.key not in unwanted]

    async def _refill(self) -> int:
        queued = 0
        for source in self.sources:
            async with self.database.writing() as session:
                queued += await source(session, self.context, BATCH)
        return queued

    async def _delivered(self, rows: Sequence[Any]) -> list[tuple[Any, Outcome]]:
        done: list[tuple[Any, Outcome]] = []
        lanes: dict[str, list[tuple[Any, Outgoing]]] = defaultdict(list)
        for row in rows:
            opened = self._opened(row)
            if isinstance(opened, Outgoing):
                lanes[row.channel].append((row, opened))
            else:
                done.append((row, opened))
        for part in await asyncio.gather(*(self._carried(name, lane) for name, lane in lanes.items())):
            done += part
        return done

    def _opened(self, row: Any) -> Outgoing | Refused:
        """One that cannot be opened any more is put aside; the others go on."""
        if row.expires_at is not None and row.expires_at <= self.context.clock.now():
            return Refused("too late to be sent")
        keyring = self.context.keyring
        try:
            title = keyring.open(row.id, row.title) if row.title is not None else None
            recipient, body = keyring.open(row.id, row.recipient), keyring.open(row.id, row.body)
        except (CannotOpen, ValueError, IndexError):
            return Refused("the message cannot be opened")
        return Outgoing(row.id, row.key, recipient, title, body, row.created_at)

    async def _carried(self, name: str, lane: Sequence[tuple[Any, Outgoing]]) -> list[tuple[Any, Outcome]]:
        messages = [message for _, message in lane]
        try:
            async with asyncio.timeout(SECONDS_FOR_A_BATCH):
                outcomes = await self.channels[name].deliver(messages)
        except Exception as fault:  # noqa: BLE001 - one channel's fault is not the others'
            log.error("channel failed", channel=name, fault=type(fault).__name__)
            outcomes = [Later(f"{name}: {type(fault).__name__}") for _ in messages]
        return [(row, outcome) for (row, _), outcome in zip(lane, outcomes, strict=True)]

    async def _settle(self, session: AsyncSession, outcomes: Sequence[tuple[Any, Outcome]]) -> None:
        await self._tell(session, await queue.settle(session, outcomes, self.context.clock.now()))

    async def _tell(self, session: AsyncSession, decided: Sequence[tuple[str, str]]) -> None:
        now = self.context.clock.now()
        by_prefix: dict[str, list[Told]] = defaultdict(list)
        for key, state in sorted(decided):
            by_prefix[key.partition(":")[0]].append(Told(key, state, now))
        for prefix, told in by_prefix.items():
            if prefix in self.handlers:
                await self.handlers[prefix](session, told)
