"""Group commit: each write is answered after its own commit, whatever becomes of its neighbours."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from gridloop.engines import scratch_engines
from kit.clock import SystemClock
from kit.db import Database
from kit.db.group_commit import GroupCommit, Overloaded, StoreAway
from kit.db.migrate import upgrade
from kit.events import emit
from tests.kit.ledger.app import MIGRATIONS, Entry, EntryNoted
from tests.support.services import Service

Item = tuple[UUID, str | None]


async def store(session: AsyncSession, items: Sequence[Item]) -> list[UUID]:
    """Bears repetition. The database refuses an entry without words at once, and one with another's at the commit."""
    known = set(await session.scalars(select(Entry.id).where(Entry.id.in_([one for one, _ in items]))))
    rows = [{"id": one, "unit": "/city/", "words": words} for one, words in items if one not in known]
    if rows:
        await session.execute(insert(Entry), rows)
    return [one for one, _ in items]


def new(count: int) -> list[Item]:
    return [(one, str(one)) for one in (uuid4() for _ in range(count))]


def ids_of(items: Sequence[Item]) -> list[UUID]:
    return [one for one, _ in items]


def held(gate: asyncio.Event) -> Callable[[AsyncSession, Sequence[Item]], Awaitable[list[UUID]]]:
    async def wait_and_store(session: AsyncSession, items: Sequence[Item]) -> list[UUID]:
        await gate.wait()
        return await store(session, items)

    return wait_and_store


async def stored(ledger: Service, ids: Sequence[UUID]) -> set[UUID]:
    return {row["id"] for row in await ledger.sql("SELECT id FROM entry WHERE id = ANY($1)", list(ids))}


async def transactions(ledger: Service, items: Sequence[Item]) -> int:
    """How many transactions stored them."""
    counting = "SELECT count(DISTINCT xmin::text) AS n FROM entry WHERE id = ANY($1)"
    (found,) = await ledger.sql(counting, ids_of(items))
    return int(found["n"])


def group(ledger: Service, work: Any = store, **bounds: int) -> GroupCommit[Item, UUID]:
    return GroupCommit(ledger.runtime.database.writing, work, **bounds)


class TestSuccess:
    async def test_what_is_answered_is_committed(self, ledger: Service) -> None:
        commit = group(ledger)

        async def answered(item: Item) -> bool:
            return await commit.submit(item) in await stored(ledger, [item[0]])

        assert all(await asyncio.gather(*map(answered, new(20))))

    async def test_a_crowd_shares_transactions(self, ledger: Service) -> None:
        commit, items = group(ledger), new(200)
        await asyncio.gather(*map(commit.submit, items))
        assert await transactions(ledger, items) <= 10

    async def test_each_write_that_follows_upon_an_answer_is_stored(self, ledger: Service) -> None:
        commit, items = group(ledger), new(5)
        async with asyncio.timeout(10):
            for item in items:
                await commit.submit(item)
        assert await stored(ledger, ids_of(items)) == set(ids_of(items))

    async def test_one_callers_items_stay_together_and_in_order(self, ledger: Service) -> None:
        items = new(10)
        assert await group(ledger, most=4).submit_all(items) == ids_of(items)
        assert await transactions(ledger, items) == 1

    async def test_the_relay_is_woken_after_the_commit(self, ledger: Service) -> None:
        seen: list[set[UUID]] = []
        (item,) = new(1)
        database = ledger.runtime.database

        async def noted(session: AsyncSession, items: Sequence[Item]) -> list[UUID]:
            emit(session, EntryNoted(entry_id=items[0][0]), subject="group")
            return await store(session, items)

        async def wake() -> None:
            seen.append(await stored(ledger, [item[0]]))

        before, database.wake = database.wake, wake
        try:
            await group(ledger, noted).submit(item)
        finally:
            database.wake = before
        assert seen == [{item[0]}]


class TestBadItem:
    @pytest.mark.parametrize("when", ["at once", "at the commit"])
    async def test_one_among_sixty_four_fails_alone(self, ledger: Service, when: str) -> None:
        commit, items = group(ledger), new(64)
        items[40] = (items[40][0], None if when == "at once" else items[3][1])
        outcomes = await asyncio.gather(*map(commit.submit, items), return_exceptions=True)
        assert isinstance(outcomes[40], IntegrityError)
        ids = ids_of(items)
        assert [one for one in outcomes if one is not outcomes[40]] == ids[:40] + ids[41:]
        assert await stored(ledger, ids) == set(ids) - {ids[40]}

    async def test_in_one_callers_items_each_has_its_own_outcome(self, ledger: Service) -> None:
        items = new(5)
        items[2] = (items[2][0], None)
        outcomes = await group(ledger).submit_all(items)
        assert [isinstance(one, IntegrityError) for one in outcomes] == [False, False, True, False, False]
        assert len(await stored(ledger, ids_of(items))) == 4

    async def test_its_error_does_not_show_what_was_to_be_stored(self, ledger: Service) -> None:
        with pytest.raises(IntegrityError) as refused:
            await group(ledger).submit((uuid4(), None))
        assert "/city/" not in str(refused.value)


class TestBounds:
    async def test_a_full_queue_refuses_at_once_and_says_when_to_come_again(self, ledger: Service) -> None:
        gate = asyncio.Event()
        commit = group(ledger, held(gate), places=1, most_waiting=4)
        taken = [asyncio.create_task(commit.submit(one)) for one in new(1)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # the first is being stored
        taken += [asyncio.create_task(commit.submit(one)) for one in new(4)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded) as refused:
            async with asyncio.timeout(2):
                await commit.submit(*new(1))
        assert (refused.value.status, refused.value.headers["Retry-After"]) == (503, "1")
        gate.set()
        assert len(await asyncio.gather(*taken)) == 5

    async def test_stopping_stores_all_that_waits_and_takes_nothing_more(self, ledger: Service) -> None:
        gate = asyncio.Event()
        commit, items = group(ledger, held(gate), places=1), new(30)
        waiting = [asyncio.create_task(commit.submit(one)) for one in items]
        await asyncio.sleep(0)
        stopping = asyncio.create_task(commit.drain())
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await commit.submit(*new(1))
        gate.set()
        await stopping
        assert await stored(ledger, ids_of(items)) == set(ids_of(items))
        assert await asyncio.gather(*waiting) == ids_of(items)

    async def test_a_closed_database_has_stored_what_waited(self, ledger: Service) -> None:
        url = ledger.runtime.settings.async_database_url
        gate, database, items = asyncio.Event(), Database(url, SystemClock()), new(10)
        work = held(gate)
        waiting = [asyncio.create_task(database.grouped(work).submit(one)) for one in items]
        await asyncio.sleep(0)
        closing = asyncio.create_task(database.close())
        await asyncio.sleep(0.2)
        assert not closing.done()
        gate.set()
        await closing
        assert len(await stored(ledger, ids_of(items))) == 10
        assert await asyncio.gather(*waiting) == ids_of(items)

    async def test_a_caller_who_leaves_takes_nothing_with_him(self, ledger: Service) -> None:
        gate = asyncio.Event()
        commit, items = group(ledger, held(gate), places=1), new(10)
        waiting = [asyncio.create_task(commit.submit(one)) for one in items]
        await asyncio.sleep(0)
        for gone in waiting[::2]:
            gone.cancel()
        gate.set()
        assert await asyncio.gather(*waiting[1::2]) == ids_of(items)[1::2]
        await commit.drain()
        assert await stored(ledger, ids_of(items)) == set(ids_of(items))


@pytest.mark.alone
@pytest.mark.timeout(120)
async def test_postgresql_killed_in_the_middle_leaves_nobody_waiting_and_nothing_twice() -> None:
    with scratch_engines() as engines:
        environment = engines.environment("survey")
        await asyncio.to_thread(upgrade, MIGRATIONS.parent, environment["GRIDLOOP_MIGRATION_URL"])
        url = "postgresql+asyncpg://" + environment["GRIDLOOP_DATABASE_URL"].split("://", 1)[1]
        database = Database(url, SystemClock())
        commit: GroupCommit[Item, UUID] = GroupCommit(database.writing, store)
        items = new(600)
        answered: set[UUID] = set()

        async def deliver(item: Item) -> None:
            """As a phone: again and again until it is a success."""
            for _ in range(200):
                with contextlib.suppress(StoreAway):
                    answered.add(await commit.submit(item))
                    return
                await asyncio.sleep(0.05)

        sending = asyncio.gather(*(deliver(one) for one in items[:300]))
        while not answered:  # noqa: ASYNC110  (the first commit tells of itself by nothing else)
            await asyncio.sleep(0.001)
        later = asyncio.gather(*(deliver(one) for one in items[300:]))
        await asyncio.sleep(0)
        await asyncio.to_thread(engines.kill, "postgres")
        await asyncio.to_thread(engines.restart, "postgres")
        await asyncio.gather(sending, later)
        assert answered == set(ids_of(items))
        async with database.reading() as session:
            found = [row.id for row in await session.execute(Entry.__table__.select())]
        assert sorted(found) == sorted(ids_of(items))
        await database.close()
