"""Several jobs beside each other: a long one holds nobody up, heavy ones take turns, none is done twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import pytest

from kit.auth import Actor, Role
from kit.context import Context
from kit.jobs import Job, JobLoop, Jobs, Stopped, enqueue
from kit.tasks import ended
from tests.support.services import Service
from tests.support.waiting import wait_until


class Work:
    """Jobs that last until they are let go, of kinds ``light``, ``heavy`` and ``weighty``; each says when it began."""

    def __init__(self, ledger: Service) -> None:
        self.ledger = ledger
        self.began: list[str] = []
        self.going: set[str] = set()
        self.most = 0
        self.gates: dict[str, asyncio.Event] = {}
        self.jobs = Jobs()
        for kind, heavy in (("light", False), ("heavy", True), ("weighty", True)):
            self.jobs.on(kind, heavy=heavy)(self.last)

    async def last(self, job: Job, _: Context) -> dict[str, Any]:
        name = job.payload["name"]
        self.began.append(name)
        self.going.add(name)
        self.most = max(self.most, len(self.going))
        try:
            while not self.gates[name].is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.gates[name].wait(), 0.05)
                if job.payload["asks"] and not await job.progress(50):
                    raise Stopped("when it was asked to")
        finally:
            self.going.discard(name)
        return {}

    def loop(self, at_once: int = 2, renewed_after: float = 10.0) -> JobLoop:
        runtime = self.ledger.runtime
        return JobLoop([self.jobs], runtime.database, runtime.context, at_once=at_once, renewed_after=renewed_after)

    async def ask(self, name: str, kind: str = "light", *, by: str = "tester", asks: bool = False) -> UUID:
        self.gates[name] = asyncio.Event()
        actor = Actor(subject=by, roles=frozenset({Role.ANALYST}), unit="/", employee=None)
        async with self.ledger.runtime.database.writing() as session:
            return await enqueue(session, kind, {"name": name, "asks": asks}, actor=actor)

    async def state(self, job: UUID) -> str:
        return (await self.ledger.sql("SELECT state FROM job WHERE id = $1", job))[0]["state"]

    def begins(self, *names: str) -> Awaitable[Any]:
        return wait_until(self._have(lambda: set(names) <= set(self.began)))

    def ends(self, *names: str) -> Awaitable[Any]:
        for name in names:
            self.gates[name].set()
        return wait_until(self._have(lambda: not self.going & set(names)))

    def _have(self, true: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
        async def asked() -> bool:
            return true()

        return asked

    async def looked(self, loop: JobLoop) -> None:
        """The loop has looked for work once more, and found none that it may take."""
        await loop.start_some()


@pytest.fixture
async def work(ledger: Service) -> AsyncIterator[Work]:
    await ledger.sql("DELETE FROM job")
    yield Work(ledger)
    await ledger.sql("DELETE FROM job")


@asynccontextmanager
async def running(*loops: JobLoop) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(loop.run()) for loop in loops]
    try:
        yield
    finally:
        await ended(tasks)


async def test_a_long_one_does_not_hold_up_a_short_one(work: Work) -> None:
    long = await work.ask("long", "heavy")
    async with running(work.loop()):
        await work.begins("long")
        short = await work.ask("short")
        await work.begins("short")
        await work.ends("short")
        await wait_until(lambda: _is(work, short, "done"))
        assert await work.state(long) == "running"
        await work.ends("long")
        await wait_until(lambda: _is(work, long, "done"))


async def test_of_a_heavy_kind_one_at_a_time_while_others_pass(work: Work) -> None:
    loop = work.loop(at_once=3)
    for name, kind in (("first", "heavy"), ("second", "heavy"), ("other", "weighty"), ("light", "light")):
        await work.ask(name, kind)
    async with running(loop):
        await work.begins("first", "other", "light")
        await work.ends("light")
        await work.looked(loop)
        assert "second" not in work.began
        await work.ends("first")
        await work.begins("second")
        await work.ends("second", "other")


async def test_no_more_at_once_than_were_set(work: Work) -> None:
    names = [f"job {n}" for n in range(6)]
    for name in names:
        await work.ask(name)
    async with running(work.loop(at_once=2)):
        for name in names:
            await work.begins(name)
            await work.ends(name)
    assert (work.began, work.most) == (names, 2)


async def test_many_jobs_of_one_do_not_hold_up_the_one_of_another(work: Work) -> None:
    for name in ("hers 1", "hers 2", "hers 3"):
        await work.ask(name, by="she")
    await work.ask("his", by="he")
    async with running(work.loop(at_once=2)):
        await work.begins("hers 1", "his")
        assert work.began == ["hers 1", "his"]
        await work.ends("his")
        await work.begins("hers 2")
        await work.ends("hers 1", "hers 2")


async def test_one_is_stopped_while_the_other_goes_on(work: Work) -> None:
    stopped, stays = await work.ask("stopped", asks=True), await work.ask("stays", asks=True)
    async with running(work.loop()):
        await work.begins("stopped", "stays")
        await work.ledger.sql("UPDATE job SET stop_requested = 1 WHERE id = $1", stopped)
        await wait_until(lambda: _is(work, stopped, "stopped"))
        assert await work.state(stays) == "running"
        await work.ends("stays")
        await wait_until(lambda: _is(work, stays, "done"))


async def test_two_replicas_share_them(work: Work) -> None:
    names = [f"job {n}" for n in range(4)]
    for name in names:
        await work.ask(name)
    async with running(work.loop(), work.loop()):
        await work.begins(*names)
        assert sorted(work.began) == names
        await work.ends(*names)


async def test_all_that_a_killed_replica_ran_goes_on_elsewhere(work: Work) -> None:
    jobs = [await work.ask("one"), await work.ask("two")]
    async with running(work.loop()):
        await work.begins("one", "two")
    assert [await work.state(job) for job in jobs] == ["running", "running"]
    await work.ledger.sql("UPDATE job SET lease_until = now() - interval '1 second'")
    async with running(work.loop()):
        await wait_until(lambda: _began(work, 4))
        await work.ends("one", "two")
        for job in jobs:
            await wait_until(lambda job=job: _is(work, job, "done"))


async def test_its_own_is_not_begun_again_though_its_lease_is_over(work: Work) -> None:
    job = await work.ask("silent")
    loop = work.loop()
    async with running(loop):
        await work.begins("silent")
        await work.ledger.sql("UPDATE job SET lease_until = now() - interval '1 second'")
        await work.looked(loop)
        await work.ends("silent")
        await wait_until(lambda: _is(work, job, "done"))
    assert work.began == ["silent"]


async def test_a_silent_one_keeps_its_lease_while_its_worker_lives(work: Work) -> None:
    await work.ask("silent")
    async with running(work.loop(renewed_after=0.05)):
        await work.begins("silent")
        await work.ledger.sql("UPDATE job SET lease_until = now() - interval '1 second'")
        await wait_until(lambda: _leased(work))
        await work.looked(work.loop())
        await work.ends("silent")
    assert work.began == ["silent"]


async def _is(work: Work, job: UUID, state: str) -> bool:
    return await work.state(job) == state


async def _began(work: Work, times: int) -> bool:
    return len(work.began) == times


async def _leased(work: Work) -> bool:
    return bool(await work.ledger.sql("SELECT FROM job WHERE lease_until > now() + interval '20 seconds'"))
