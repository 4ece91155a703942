"""Long work: rows that a replica claims, with progress, a wish to stop, and a result.

A job whose worker died is claimed again when its lease ends; a handler therefore begins by looking at what it
did already. A replica runs a few jobs at once, so that a long one does not hold up the others; of a heavy kind it
runs one at a time, so that its memory stays what was measured for one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.db import Database
from kit.db.faults import passes
from kit.db.tables import job
from kit.errors import NotFound
from kit.ids import new_id
from kit.tasks import ended
from kit.telemetry.logs import logger

POLL = 0.5
LEASE = "30 seconds"
RENEWED_AFTER = 10.0
_LEASED = text(f"clock_timestamp() + interval '{LEASE}'")
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
        values = {"progress": percent, "lease_until": _LEASED}
        async with self.database.writing() as session:
            statement = update(job).where(job.c.id == self.id).values(**values).returning(job.c.stop_requested)
            return not (await session.execute(statement)).scalar_one()


Handler = Callable[[Job, Context], Awaitable[dict[str, Any]]]


class Jobs:
    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}
        self.heavy: set[str] = set()

    def on(self, kind: str, *, heavy: bool = False) -> Callable[[Handler], Handler]:
        """``heavy``: a replica runs one of this kind at a time; others of it wait their turn."""

        def register(handler: Handler) -> Handler:
            self.handlers[kind] = handler
            if heavy:
                self.heavy.add(kind)
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
    """At most ``at_once`` jobs; their leases are renewed every ``renewed_after`` seconds while this process lives."""

    def __init__(
        self,
        slices: list[Jobs],
        database: Database,
        context: Context,
        *,
        at_once: int,
        renewed_after: float = RENEWED_AFTER,
    ) -> None:
        self.handlers = {kind: handler for jobs in slices for kind, handler in jobs.handlers.items()}
        self.heavy = {kind for jobs in slices for kind in jobs.heavy}
        self.database = database
        self.context = context
        self.at_once = at_once
        self.renewed_after = renewed_after
        self._running: dict[UUID, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        renewing = asyncio.create_task(self._renew())
        try:
            while self.handlers:
                try:
                    await self.start_some()
                except Exception as fault:
                    if not passes(fault):
                        log.exception("jobs failed")
                await self._pause()
        finally:
            # what was claimed stays so until its lease ends; another replica, or the next start, goes on with it
            await ended([renewing, *self._tasks])

    async def run_next(self) -> bool:
        """Runs the next job to its end; False when none waits."""
        claimed = await self._claim()
        if claimed is not None:
            await self._work(*claimed)
        return claimed is not None

    async def start_some(self) -> None:
        """Begins what may begin now beside what runs."""
        while len(self._tasks) < self.at_once and (claimed := await self._claim()):
            task = asyncio.create_task(self._guarded(*claimed), name=f"job {claimed[0]}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pause(self) -> None:
        """Until a job ended, or for a moment: another may be waiting by then."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(POLL)

    async def _guarded(self, kind: str, work: Job) -> None:
        try:
            await self._work(kind, work)
        except Exception as fault:
            if not passes(fault):
                log.exception("job cannot end", job=str(work.id), kind=kind)

    async def _work(self, kind: str, work: Job) -> None:
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
        finally:
            del self._running[work.id]

    async def _claim(self) -> tuple[str, Job] | None:
        """The oldest of whoever has the fewest running: many jobs of one do not hold up the one job of another."""
        others = job.alias("others")
        runs = and_(others.c.state == "running", others.c.lease_until >= func.clock_timestamp())
        theirs = and_(runs, others.c.requested_by == job.c.requested_by)
        running = select(func.count()).select_from(others).where(theirs).scalar_subquery()
        async with self.database.writing() as session:
            next_one = select(job.c.id).where(self._takeable()).order_by(running, job.c.created_at, job.c.id)
            chosen = next_one.limit(1).with_for_update(skip_locked=True, of=job).scalar_subquery()
            statement = update(job).where(job.c.id == chosen).values(state="running", lease_until=_LEASED)
            row = (await session.execute(statement.returning(job))).one_or_none()
        if row is None:
            return None
        self._running[row.id] = row.kind
        return row.kind, Job(row.id, row.payload, row.unit, self.database)

    def _takeable(self) -> ColumnElement[bool]:
        """One's own that outlasted its lease runs still: it is never taken over by the replica that runs it."""
        abandoned = and_(
            job.c.state == "running",
            job.c.lease_until < func.clock_timestamp(),
            job.c.id.not_in(self._running),
        )
        kinds = self.handlers.keys() - (self.heavy & set(self._running.values()))
        return and_(job.c.kind.in_(kinds), or_(job.c.state == "waiting", abandoned))

    async def _renew(self) -> None:
        """A handler may be silent for longer than a lease, in a thread or in a statement."""
        while True:
            await asyncio.sleep(self.renewed_after)
            try:
                if self._running:
                    async with self.database.writing() as session:
                        mine = job.c.id.in_(self._running) & (job.c.state == "running")
                        await session.execute(update(job).where(mine).values(lease_until=_LEASED))
            except Exception as fault:
                if not passes(fault):
                    log.exception("leases cannot be renewed")

    async def _end(self, job_id: UUID, **values: Any) -> None:
        async with self.database.writing() as session:
            statement = update(job).where(job.c.id == job_id)
            await session.execute(statement.values(ended_at=func.clock_timestamp(), lease_until=None, **values))
