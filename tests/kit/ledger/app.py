"""The smallest service there can be: it notes entries and counts the effects of others' entries.

Used to test kit through public doors, in one process or several.
"""

import asyncio
import os
import signal
from pathlib import Path
from typing import Annotated, Any, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Response
from pydantic import BaseModel
from sqlalchemy import Integer, Text, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.auth import Actor, Role, allow
from kit.clock import Clock
from kit.context import Context
from kit.contracts.base import Payload
from kit.db import ReadSession, WriteSession, new_metadata
from kit.errors import Conflict, NotFound
from kit.events import Consumers, Event, emit
from kit.http import create_service
from kit.idempotency import Once
from kit.ids import new_id
from kit.jobs import Job, JobOut, Jobs, Stopped, enqueue, find, stop
from kit.paging import Items, Page, paged
from kit.settings import ServiceSettings
from kit.timers import Timer, Timers, schedule
from tests.support.databases import ROOT

MIGRATIONS = ROOT / "tests" / "kit" / "ledger" / "migrations"
SLOW = 0.25
Keeper = Annotated[Actor, Depends(allow(Role.AGENT, Role.MANAGER))]


class Base(DeclarativeBase):
    metadata = new_metadata()


class Entry(Base):
    __tablename__ = "entry"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)


class Effect(Base):
    """``times`` may never pass 1: that is what exactly once means."""

    __tablename__ = "effect"
    entry: Mapped[UUID] = mapped_column(primary_key=True)
    times: Mapped[int] = mapped_column(Integer)
    place: Mapped[int] = mapped_column(Integer)


class EntryNoted(Payload):
    type: ClassVar[str] = "gridloop.survey.entry.noted.v1"
    stream: ClassVar[str] = "survey"

    entry_id: UUID
    fails: bool = False
    slow: bool = False


class EntryIn(BaseModel):
    words: str
    unit: str = "/city/"
    fails: bool = False
    slow: bool = False


class CopiesIn(BaseModel):
    copies: int


class EntryOut(BaseModel):
    id: UUID
    unit: str
    words: str


class EntryNotFound(NotFound):
    code = "entry_not_found"


class TwinEntry(Conflict):
    code = "twin_entry"


router = APIRouter(prefix="/v1/entries", tags=["entries"])
timers = Timers()


@router.post("", status_code=201)
async def note_entry(body: EntryIn, session: WriteSession, _: Keeper, once: Once) -> EntryOut:
    if kept := await once.seen(session):
        return EntryOut.model_validate(await session.get_one(Entry, UUID(kept)), from_attributes=True)
    entry = Entry(id=new_id(), unit=body.unit, words=body.words)
    session.add(entry)
    emit(session, EntryNoted(entry_id=entry.id, fails=body.fails, slow=body.slow), subject=body.words, unit=entry.unit)
    await once.keep(session, str(entry.id))
    return EntryOut.model_validate(entry, from_attributes=True)


@router.post("/long", status_code=201, max_body_size=4 * 1024**2)
async def note_long_entry(body: EntryIn, _: Keeper) -> int:
    return len(body.words)


@router.get("")
async def list_entries(session: ReadSession, actor: Keeper, page: Page) -> Items[EntryOut]:
    return await paged(session, actor.scope(select(Entry)), page, Entry.id, out=EntryOut)


@router.post("/{entry_id}/alarm", status_code=204)
async def set_alarm(entry_id: UUID, session: WriteSession, _: Keeper, seconds: int = 0) -> None:
    from datetime import timedelta

    due = session.info["kit.clock"].now() + timedelta(seconds=seconds)
    await schedule(session, "entry.alarm", subject=str(entry_id), due=due)


@timers.on("entry.alarm")
async def ring(session: AsyncSession, timer: Timer, _: Context) -> None:
    entry = await session.get_one(Entry, UUID(timer.subject))
    if entry.words == "cannot ring":
        raise RuntimeError("this alarm always fails")
    entry.words = f"rang: {entry.words}"
    emit(session, EntryNoted(entry_id=entry.id), subject=str(entry.id))


jobs = Jobs()


@router.post("/copies", status_code=202)
async def copy_entries(body: CopiesIn, response: Response, session: WriteSession, actor: Keeper) -> None:
    job = await enqueue(session, "entries.copy", body.model_dump(), actor=actor)
    response.headers["Location"] = f"/v1/entries/jobs/{job}"


@router.get("/jobs/{job_id}")
async def get_entry_job(job_id: UUID, session: ReadSession, actor: Keeper) -> JobOut:
    return await find(session, job_id, actor=actor)


@router.delete("/jobs/{job_id}", status_code=204)
async def stop_entry_job(job_id: UUID, session: WriteSession, actor: Keeper) -> None:
    await stop(session, job_id, actor=actor)


@jobs.on("entries.copy")
async def copy(job: Job, _: Context) -> dict[str, Any]:
    if job.payload["copies"] < 0:
        raise RuntimeError("nothing can be copied less than once")
    for n in range(job.payload["copies"]):
        async with job.database.writing() as session:
            session.add(Entry(id=new_id(), unit=job.unit, words=f"copy {job.id} {n}"))
        if not await job.progress(100 * (n + 1) // job.payload["copies"]):
            raise Stopped(f"after {n + 1} copies")
    return {"copied": job.payload["copies"]}


@router.get("/{entry_id}")
async def get_entry(entry_id: UUID, session: ReadSession, actor: Keeper) -> EntryOut:
    found = (await session.execute(actor.scope(select(Entry).where(Entry.id == entry_id)))).scalar_one_or_none()
    if found is None:
        raise EntryNotFound(f"There is no entry {entry_id}.")
    return EntryOut.model_validate(found, from_attributes=True)


reading = Consumers()


@reading.on(EntryNoted)
async def count_effect(session: AsyncSession, event: Event[EntryNoted], _: Context) -> None:
    if event.data.fails:
        raise RuntimeError("this event always fails")
    if event.data.slow:
        await asyncio.sleep(SLOW)
    place = select(func.count()).select_from(Effect).scalar_subquery()
    statement = insert(Effect).values(entry=event.data.entry_id, times=1, place=place)
    await session.execute(statement.on_conflict_do_update(index_elements=["entry"], set_={"times": Effect.times + 1}))


def create_app(*, clock: Clock | None = None) -> FastAPI:
    """As the publisher (``survey``), which reads its own stream too."""
    return create_service(
        ServiceSettings(),
        name="survey",
        migrations=MIGRATIONS,
        routers=[router],
        consumers=[reading],
        timers=[timers],
        jobs=[jobs],
        clock=clock,
    )


def create_reading_app(*, clock: Clock | None = None) -> FastAPI:
    """As the reader (``responsibility``)."""
    return create_service(
        ServiceSettings(), name="responsibility", migrations=MIGRATIONS, routers=[], consumers=[reading], clock=clock
    )


def create_dying_app() -> FastAPI:
    """As the publisher, killed once on its way to the broker: ``LEDGER_DIES`` says where, a file that it was."""
    app = create_app()
    broker = app.state.runtime.broker
    place, once = os.environ["LEDGER_DIES"], Path(os.environ["LEDGER_DIED"])
    publish = broker.publish

    def die() -> None:
        if not once.exists():
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    async def dying(batch: Any) -> None:
        if place == "before-publishing":
            die()
        await publish(batch)
        if place == "before-noting":
            die()

    broker.publish = dying
    return app
