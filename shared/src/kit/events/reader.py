"""Reading a publisher's stream: every event has its effect exactly once, in order, whatever is lost between.

One replica at a time reads (an advisory lock). A batch is one transaction that also moves this reader's row
``(publisher, stream, epoch, sequence)``: at or below it is skipped, a gap is fetched from the publisher's feed.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID
from zlib import crc32

import httpx
from pydantic import BaseModel
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from kit.context import Context
from kit.db import Database
from kit.db.faults import passes
from kit.db.tables import consumed, dead_letter
from kit.errors import Problem
from kit.events.broker import Broker, BrokerAway, Tap
from kit.events.envelope import event_of
from kit.events.feed import read_feed, read_head
from kit.events.handlers import Subscription
from kit.lineage import Lineage, current
from kit.telemetry.logs import logger
from kit.telemetry.metrics import Metrics

LOCK = 7_410_003
SILENCE = 5.0
FIRST_SILENCE = 0.5
FEED_PAGE = 500
BATCH = 256
BUDGET = 1.0  # seconds after which a transaction takes no further event: it must end well before its timeout
ATTEMPTS = 3
RETRY_SECONDS = 0.2
log = logger("kit.reader")

Body = dict[str, Any]


class Halted(Exception):  # noqa: N818
    """This reader must not go on by itself: somebody has to look."""


class Moved(Exception):  # noqa: N818
    """Another reader moved the row meanwhile; read it again."""


class Reader:
    def __init__(
        self, subscription: Subscription, database: Database, broker: Broker, context: Context, metrics: Metrics
    ) -> None:
        self.subscription = subscription
        self.publisher = subscription.publisher
        self.stream = subscription.stream
        self.database = database
        self.broker = broker
        self.context = context
        self.tap = Tap(broker, subscription.stream)
        self.consumed_metric = metrics.consumed.labels(self.publisher, self.stream)
        self.recovered_metric = metrics.recovered.labels(self.publisher, self.stream)
        self.parked_metric = metrics.parked.labels(self.publisher, self.stream)
        self.sequence = 0
        self.epoch: UUID | None = None
        self.parked = False  # whether anything of this publisher lies parked here

    # the loop

    async def run(self) -> None:
        """Until cancelled; what passes by itself is waited out."""
        while True:
            try:
                async with self.database.engine.connect() as connection:
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                    if await self._elected(connection):
                        await self._load()
                        await self._read(connection)
            except Halted as fault:
                await self._halt(str(fault))
            except Moved:
                log.warning("another reader moved the row", stream=self.stream)
            except httpx.HTTPError as fault:
                log.warning("publisher away", publisher=self.publisher, reason=type(fault).__name__)
            except Exception as fault:
                if not passes(fault):
                    log.exception("reader failed", stream=self.stream)
            finally:
                with suppress(Exception):
                    await self.tap.close()
            await asyncio.sleep(0.5)

    async def _elected(self, connection: AsyncConnection) -> bool:
        key = {"a": LOCK, "b": crc32(self.stream.encode()) - 2**31}
        return bool((await connection.execute(text("SELECT pg_try_advisory_lock(:a, :b)"), key)).scalar())

    async def _read(self, lock: AsyncConnection) -> None:
        silence = FIRST_SILENCE
        while True:
            bodies, last = await self._receive(silence)
            if bodies:
                await self.take(bodies)
                if last is not None:
                    await self.tap.done(last)
                silence = SILENCE
                continue
            await lock.execute(text("SELECT 1"))  # a lost connection is a lost election
            await self._catch_up()
            silence = SILENCE

    async def _receive(self, silence: float) -> tuple[list[Body], Any]:
        try:
            if self.tap.stale:
                if not self.broker.connected:
                    raise BrokerAway("not connected")
                await self.tap.open()
                silence = min(silence, FIRST_SILENCE)
            messages = await self.tap.next(silence)
        except BrokerAway:
            await asyncio.sleep(min(silence, 1.0))
            return [], None
        return [json.loads(message.data) for message in messages], messages[-1] if messages else None

    async def _load(self) -> None:
        async with self.database.writing() as session:
            await session.execute(
                insert(consumed).values(publisher=self.publisher, stream=self.stream).on_conflict_do_nothing()
            )
            row = (await session.execute(self._mine(select(consumed)))).one()
            await session.execute(self._mine(update(consumed)).values(halted=None))
            lying = select(dead_letter.c.id).where(dead_letter.c.publisher == self.publisher).limit(1)
            self.parked = (await session.execute(lying)).scalar() is not None
        self.sequence, self.epoch = row.sequence, row.epoch

    def _mine(self, statement: Any) -> Any:
        return statement.where(consumed.c.publisher == self.publisher, consumed.c.stream == self.stream)

    async def _halt(self, reason: str) -> None:
        log.error("reader halted", stream=self.stream, reason=reason)
        with suppress(Exception):
            async with self.database.writing() as session:
                await session.execute(self._mine(update(consumed)).values(halted=reason))
        await asyncio.sleep(30)

    # recovery: the only calls between services

    async def _catch_up(self) -> None:
        """Compares with the publisher's head and fetches what the broker did not bring."""
        try:
            head = await self._head()
        except (httpx.HTTPError, Problem, OSError):
            return
        self._check_epoch(head)
        while self.sequence < int(head["streams"].get(self.stream, 0)):
            bodies = await self._feed(self.sequence)
            if not bodies:
                return
            self.recovered_metric.inc(len(bodies))
            await self._take_contiguous(bodies)

    async def _head(self) -> Body:
        return await self._of_publisher("/v1/events/head", read_head)

    async def _feed(self, after: int) -> list[Body]:
        question = {"stream": self.stream, "after": after, "limit": FEED_PAGE}
        items: list[Body] = (await self._of_publisher("/v1/events", read_feed, **question))["items"]
        return items

    async def _of_publisher(self, path: str, read: Callable[..., Awaitable[BaseModel]], **question: Any) -> Body:
        """Asks the publisher; a service that reads its own stream looks into its own database."""
        if self.publisher == self.context.service:
            async with self.database.reading() as session:
                return (await read(session, **question)).model_dump(mode="json")
        answer = await self.context.peers.get(self.publisher, path, **question)
        answer.raise_for_status()
        found: Body = answer.json()
        return found

    def _check_epoch(self, head: Body) -> None:
        """A publisher restored from a backup begins a new epoch at the heads it was restored to."""
        present = UUID(head["epoch"])
        if self.epoch is None or self.epoch == present:
            self.epoch = present
            return
        known = [UUID(item["epoch"]) for item in head["epochs"]]
        if self.epoch not in known:
            raise Halted(f"{self.publisher} has another history than the one read here up to {self.sequence}.")
        began = head["epochs"][known.index(self.epoch) + 1]["heads"].get(self.stream, 0)
        if self.sequence > int(began):
            raise Halted(
                f"{self.publisher} was restored to {began} of '{self.stream}', and {self.sequence} was read here: "
                "restore this service to the same moment."
            )
        self.epoch = present

    # taking events

    async def take(self, bodies: Sequence[Body]) -> None:
        """Handles what is new among ``bodies``, filling gaps before it from the publisher's feed."""
        for body in bodies:
            if self.epoch is None:
                self.epoch = UUID(body["epoch"])
            elif UUID(body["epoch"]) != self.epoch:
                self._check_epoch(await self._head())
        fresh = sorted((b for b in bodies if int(b["sequence"]) > self.sequence), key=lambda b: b["sequence"])
        while fresh:
            run = _contiguous(fresh, self.sequence + 1)
            if run:
                await self._take_contiguous(run)
            else:
                missing = await self._feed(self.sequence)
                if not missing:
                    raise Halted(f"{self.publisher} announced {fresh[0]['sequence']} and cannot show what is before.")
                self.recovered_metric.inc(len(missing))
                await self._take_contiguous(missing)
            fresh = [b for b in fresh if int(b["sequence"]) > self.sequence]

    async def _take_contiguous(self, bodies: Sequence[Body]) -> None:
        left = bodies
        while left:
            batch = left[:BATCH]
            done = len(batch)
            try:
                done = await self._transaction(batch)
            except Moved:
                raise
            except Exception as fault:
                if passes(fault):
                    raise
                for body in batch:
                    await self._one_by_one(body)
            left = left[done:]

    async def _transaction(self, batch: Sequence[Body]) -> int:
        """Handles as many of these events, one at least, as can begin within the budget; how many."""
        first, done, until = int(batch[0]["sequence"]), 0, time.monotonic() + BUDGET
        async with self.database.writing() as session:
            await self._move(session, self.sequence, first)
            parked = await self._parked_subjects(session, batch)
            for body in batch:
                if body["subject"] in parked:
                    await self._park(session, body, "an earlier event of the same subject is parked", 0)
                else:
                    await self._handle(session, body)
                done += 1
                if time.monotonic() > until:
                    break
            if done > 1:
                await self._move(session, first, first + done - 1)
        self.sequence = first + done - 1
        self.consumed_metric.inc(done)
        return done

    async def _move(self, session: AsyncSession, present: int, last: int) -> None:
        mine = self._mine(update(consumed)).where(consumed.c.sequence == present)
        moved = await session.execute(mine.values(sequence=last, epoch=self.epoch).returning(consumed.c.sequence))
        if moved.scalar_one_or_none() is None:
            raise Moved

    async def _handle(self, session: AsyncSession, body: Body) -> None:
        token = current.set(Lineage(body.get("correlationid"), body["id"], body.get("traceparent")))
        try:
            for payload, handler in self.subscription.handlers.get(body["type"], []):
                await handler(session, event_of(body, payload), self.context)
        finally:
            current.reset(token)

    # events that always fail

    async def _one_by_one(self, body: Body) -> None:
        fault: Exception | None = None
        for attempt in range(ATTEMPTS):
            try:
                await self._transaction([body])
            except Moved:
                raise
            except Exception as raised:
                if passes(raised):
                    raise
                fault = raised
                log.warning("handler failed", type=body["type"], sequence=body["sequence"], attempt=attempt + 1)
                await asyncio.sleep(RETRY_SECONDS * 2**attempt)
            else:
                return
        await self._put_aside(body, fault)

    async def _put_aside(self, body: Body, fault: Exception | None) -> None:
        log.error("event parked", type=body["type"], sequence=body["sequence"], exc_info=fault)
        async with self.database.writing() as session:
            await self._move(session, self.sequence, int(body["sequence"]))
            await self._park(session, body, _described(fault), ATTEMPTS)
        self.sequence = int(body["sequence"])

    async def _parked_subjects(self, session: AsyncSession, batch: Sequence[Body]) -> set[str]:
        if not self.parked:
            return set()
        subjects = {body["subject"] for body in batch}
        statement = select(dead_letter.c.subject).where(
            dead_letter.c.publisher == self.publisher, dead_letter.c.subject.in_(subjects)
        )
        return set((await session.execute(statement)).scalars())

    async def _park(self, session: AsyncSession, body: Body, error: str, attempts: int) -> None:
        row = {
            "publisher": self.publisher,
            "stream": self.stream,
            "sequence": int(body["sequence"]),
            "type": body["type"],
            "subject": body["subject"],
            "envelope": body,
            "error": error,
            "attempts": attempts,
        }
        await session.execute(insert(dead_letter).values(**row).on_conflict_do_nothing())
        self.parked = True
        self.parked_metric.inc()


def _contiguous(bodies: Sequence[Body], first: int) -> list[Body]:
    run: list[Body] = []
    for body in bodies:
        if int(body["sequence"]) != first + len(run):
            break
        run.append(body)
    return run


def _described(fault: Exception | None) -> str:
    """Kind and place, never the message: it may quote what a customer wrote."""
    frame = fault.__traceback__ if fault else None
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f" at {frame.tb_frame.f_code.co_qualname}:{frame.tb_lineno}" if frame else ""
    return f"{type(fault).__name__}{place}"
