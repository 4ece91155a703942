"""Reminders, promises, escalations: rows with a due time, claimed by whichever replica comes first."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.db import Database
from kit.db.faults import passes
from kit.db.tables import timer
from kit.ids import new_id
from kit.telemetry.logs import logger
from kit.telemetry.metrics import Metrics

POLL = 0.25
MAX_RETRY_SECONDS = 300
log = logger("kit.timers")


@dataclass(frozen=True)
class Timer:
    id: UUID
    kind: str
    subject: str
    due: datetime
    payload: dict[str, Any]
    attempts: int


Handler = Callable[[AsyncSession, Timer, Context], Awaitable[None]]


class Timers:
    """A slice's timers. A handler reads the state again: what was due may have been done meanwhile."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}

    def on(self, kind: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.handlers[kind] = handler
            return handler

        return register


async def schedule(
    session: AsyncSession, kind: str, *, subject: str, due: datetime, payload: dict[str, Any] | None = None
) -> None:
    """Sets the one timer of this kind and subject; an earlier one is moved. ``due`` is business time."""
    values = {"kind": kind, "subject": str(subject), "due": due, "payload": payload or {}}
    statement = insert(timer).values(id=new_id(), **values)
    changed = {"due": due, "payload": values["payload"], "attempts": 0, "retry_at": None, "error": None}
    await session.execute(statement.on_conflict_do_update(index_elements=["kind", "subject"], set_=changed))


async def ensure(
    session: AsyncSession, kind: str, *, subject: str, due: datetime, payload: dict[str, Any] | None = None
) -> None:
    """Sets the one timer of this kind and subject unless it is set: for what each start of a service begins."""
    values = {"kind": kind, "subject": str(subject), "due": due, "payload": payload or {}}
    statement = insert(timer).values(id=new_id(), **values)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["kind", "subject"]))


async def cancel(session: AsyncSession, kind: str, *, subject: str) -> None:
    await session.execute(delete(timer).where(timer.c.kind == kind, timer.c.subject == str(subject)))


class TimerLoop:
    def __init__(self, slices: list[Timers], database: Database, context: Context, metrics: Metrics) -> None:
        self.handlers = {kind: handler for timers in slices for kind, handler in timers.handlers.items()}
        self.database = database
        self.context = context
        self.metrics = metrics

    async def run(self) -> None:
        while self.handlers:
            try:
                while await self.fire_next():
                    pass
            except Exception as fault:
                if not passes(fault):
                    log.exception("timers failed")
            await asyncio.sleep(POLL)

    async def fire_next(self) -> bool:
        """Fires the timer due longest; whether there was one."""
        due: Timer | None = None
        try:
            async with self.database.writing() as session:
                due = await self._claim(session)
                if due is None:
                    return False
                await self.handlers[due.kind](session, due, self.context)
                await session.execute(delete(timer).where(timer.c.id == due.id, timer.c.due == due.due))
        except Exception as fault:
            if due is None or passes(fault):
                raise
            await self._postpone(due, fault)
        self.metrics.timers.labels(due.kind).inc()
        return True

    async def _claim(self, session: AsyncSession) -> Timer | None:
        row = (
            await session.execute(
                select(timer)
                .where(
                    timer.c.kind.in_(self.handlers),
                    timer.c.due <= self.context.clock.now(),
                    or_(timer.c.retry_at.is_(None), timer.c.retry_at <= func.clock_timestamp()),
                )
                .order_by(timer.c.due)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
        ).one_or_none()
        return None if row is None else Timer(row.id, row.kind, row.subject, row.due, row.payload, row.attempts)

    async def _postpone(self, due: Timer, fault: Exception) -> None:
        log.error("timer failed", kind=due.kind, timer=str(due.id), exc_info=fault)
        seconds = min(2**due.attempts, MAX_RETRY_SECONDS)
        values = {
            "attempts": timer.c.attempts + 1,
            "error": type(fault).__name__,
            "retry_at": text(f"clock_timestamp() + interval '{seconds} seconds'"),
        }
        async with self.database.writing() as session:
            await session.execute(update(timer).where(timer.c.id == due.id).values(**values))
