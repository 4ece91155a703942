"""Long work: rows that a replica claims, with progress, a wish to stop, and a result.

A job whose worker died is claimed again when its lease ends; a handler therefore begins by looking at what it
did already.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import and_, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.db import Database
from kit.db.faults import passes
from kit.db.tables import job
from kit.errors import NotFound
from kit.ids import new_id
from kit.telemetry.logs import logger

POLL = 0.5
LEASE = "30 seconds"
log = logger("kit.jobs")


class JobNotFound(NotFound):
    code = "job_not_found"


class Stopped(Exception):  # noqa: N818
    """A handler's answer to the wish to stop; its words say how far it came."""


class JobOut(BaseModel):
    """``progress`` in per cent; ``result`` when done, ``error`` a sentence when failed."""

    id: UUID
    kind: str
    state: str
    progress: int
    result: dict[str, Any] | None
    error: str | None
    created_at: datetime
    ended_at: datetime | None


@dataclass
class Job:
    """What a handler holds: its input, and how to tell of its progress."""

    id: UUID
    payload: dict[str, Any]
    unit: str
    database: Database

    async def progress(self, percent: int) -> bool:
        """Renews the lease; False when somebody wants the job to stop."""
        values = {"progress": percent, "lease_until": text(f"clock_timestamp() + interval '{LEASE}'")}
        async with self.database.writing() as session:
            statement = update(job).where(job.c.id == self.id).values(**values).returning(job.c.stop_requested)
            return not (await session.execute(statement)).scalar_one()


Handler = Callable[[Job, Context], Awaitable[dict[str, Any]]]


class Jobs:
    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}

    def on(self, kind: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.handlers[kind] = handler
            return handler

        return register


async def enqueue(session: AsyncSession, kind: str, payload: dict[str, Any], *, actor: Actor) -> UUID:
    """Adds a job in the caller's transaction."""
    row = new_id()
    values = {"id": row, "kind": kind, "payload": payload, "requested_by": actor.subject, "unit": actor.unit}
    await session.execute(insert(job).values(**values))
    return row


async def find(session: AsyncSession, job_id: UUID, *, actor: Actor) -> JobOut:
    """Raises JobNotFound, also for jobs of units that the actor does not see."""
    row = (await session.execute(select(job).where(job.c.id == job_id))).one_or_none()
    if row is None or not actor.covers(row.unit):
        raise JobNotFound(f"There is no job {job_id}.")
    return JobOut.model_validate(row, from_attributes=True)


async def stop(session: AsyncSession, job_id: UUID, *, actor: Actor) -> None:
    """Asks the job to stop at its next step; one that waits stops at once."""
    await find(session, job_id, actor=actor)
    await session.execute(update(job).where(job.c.id == job_id).values(stop_requested=1))
    waiting = update(job).where(job.c.id == job_id, job.c.state == "waiting")
    await session.execute(waiting.values(state="stopped", ended_at=func.clock_timestamp()))


class JobLoop:
    def __init__(self, slices: list[Jobs], database: Database, context: Context) -> None:
        self.handlers = {kind: handler for jobs in slices for kind, handler in jobs.handlers.items()}
        self.database = database
        self.context = context

    async def run(self) -> None:
        while self.handlers:
            try:
                while await self.run_next():
                    pass
            except Exception as fault:
                if not passes(fault):
                    log.exception("jobs failed")
            await asyncio.sleep(POLL)

    async def run_next(self) -> bool:
        claimed = await self._claim()
        if claimed is None:
            return False
        kind, work = claimed
        try:
            result = await self.handlers[kind](work, self.context)
        except Stopped as how_far:
            await self._end(work.id, state="stopped", error=str(how_far))
        except Exception as fault:
            if passes(fault):
                raise
            log.exception("job failed", job=str(work.id), kind=kind)
            await self._end(work.id, state="failed", error=f"{type(fault).__name__}: see the log for job {work.id}.")
        else:
            await self._end(work.id, state="done", result=result, progress=100)
        return True

    async def _claim(self) -> tuple[str, Job] | None:
        free = or_(job.c.state == "waiting", and_(job.c.state == "running", job.c.lease_until < func.clock_timestamp()))
        async with self.database.writing() as session:
            oldest = select(job.c.id).where(job.c.kind.in_(self.handlers), free).order_by(job.c.created_at)
            chosen = oldest.limit(1).with_for_update(skip_locked=True).scalar_subquery()
            values = {"state": "running", "lease_until": text(f"clock_timestamp() + interval '{LEASE}'")}
            statement = update(job).where(job.c.id == chosen).values(**values).returning(job)
            row = (await session.execute(statement)).one_or_none()
        return None if row is None else (row.kind, Job(row.id, row.payload, row.unit, self.database))

    async def _end(self, job_id: UUID, **values: Any) -> None:
        async with self.database.writing() as session:
            statement = update(job).where(job.c.id == job_id)
            await session.execute(statement.values(ended_at=func.clock_timestamp(), lease_until=None, **values))
