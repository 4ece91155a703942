"""Statements in the driver's own SQL belong to the session's transaction, whichever way they go."""

from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from kit.db.faults import passes
from kit.db.rows import first, run, run_later, run_waiting, scalars
from kit.events import emit
from kit.http.problems import problem_of
from tests.kit.ledger.app import Entry, EntryNoted
from tests.support.services import Service

STORE = "INSERT INTO entry (id, unit, words) VALUES ($1::uuid, '/city/', $1::uuid::text) RETURNING id, words"
LOOK = "SELECT id FROM entry WHERE id = ANY($1::uuid[]) ORDER BY id"


def new(count: int) -> list[UUID]:
    return sorted(uuid4() for _ in range(count))


async def stored(ledger: Service, ids: list[UUID]) -> list[UUID]:
    async with ledger.runtime.database.reading() as session:
        return await scalars(session, LOOK, ids)


async def store(ledger: Service, ids: list[UUID], *, fault: Exception | None = None) -> None:
    async with ledger.runtime.database.writing() as session:
        for one in ids:
            await run(session, STORE, one)
        if fault is not None:
            raise fault


async def store_now_and_later(ledger: Service, now: list[UUID], later: UUID) -> None:
    async with ledger.runtime.database.writing() as session:
        run_later(session, STORE, later)
        await session.execute(insert(Entry), [{"id": one, "unit": "/city/", "words": str(one)} for one in now])


async def lose(ledger: Service, *, before: int) -> None:
    """A transaction whose connection ends after some statements."""
    async with ledger.runtime.database.writing() as session:
        for _ in range(before):
            await run(session, "SELECT 1")
        pid = await session.scalar(text("SELECT pg_backend_pid()"))
        await ledger.sql("SELECT pg_terminate_backend($1)", pid)
        for _ in range(2):
            await run(session, "SELECT 1")


class TestOneTransaction:
    async def test_the_first_and_the_later_ones_are_committed_together(self, ledger: Service) -> None:
        ids = new(3)
        async with ledger.runtime.database.writing() as session:
            for one in ids:
                await run(session, STORE, one)
            assert await stored(ledger, ids) == []
        assert await stored(ledger, ids) == ids

    async def test_they_are_undone_together(self, ledger: Service) -> None:
        ids = new(3)
        with pytest.raises(RuntimeError, match="enough"):
            await store(ledger, ids, fault=RuntimeError("enough"))
        assert await stored(ledger, ids) == []

    async def test_they_and_the_session_see_each_other(self, ledger: Service) -> None:
        ids = new(3)
        async with ledger.runtime.database.writing() as session:
            await session.execute(insert(Entry).values(id=ids[0], unit="/city/", words=str(ids[0])))
            await run(session, STORE, ids[1])
            await run(session, STORE, ids[2])
            assert await scalars(session, LOOK, ids) == ids
            assert sorted(await session.scalars(select(Entry.id).where(Entry.id.in_(ids)))) == ids

    async def test_after_the_end_of_one_the_next_is_begun(self, ledger: Service) -> None:
        ids = new(4)
        async with ledger.runtime.database.writing() as session:
            await run(session, STORE, ids[0])
            await run(session, STORE, ids[1])
            await session.commit()
            await run(session, STORE, ids[2])
            await run(session, STORE, ids[3])
            await session.rollback()
        assert await stored(ledger, ids) == ids[:2]


class TestLater:
    async def test_what_waits_is_written_with_the_events_at_the_end(self, ledger: Service) -> None:
        ids = new(3)
        async with ledger.runtime.database.writing() as session:
            for one in ids:
                run_later(session, STORE, one)
            assert await scalars(session, LOOK, ids) == []
            emit(session, EntryNoted(entry_id=ids[0]), subject=str(ids[0]))
        assert await stored(ledger, ids) == ids
        noted = await ledger.sql("SELECT xmin::text FROM event WHERE subject = $1", str(ids[0]))
        assert [row["xmin"] for row in noted] == [
            row["xmin"] for row in await ledger.sql("SELECT DISTINCT xmin::text FROM entry WHERE id = ANY($1)", ids)
        ]

    async def test_who_must_read_it_before_the_end_has_it_written(self, ledger: Service) -> None:
        ids = new(2)
        async with ledger.runtime.database.writing() as session:
            for one in ids:
                run_later(session, STORE, one)
            await run_waiting(session)
            assert await scalars(session, LOOK, ids) == ids
        assert await stored(ledger, ids) == ids

    async def test_it_is_undone_with_its_transaction(self, ledger: Service) -> None:
        ids = new(2)
        with pytest.raises(IntegrityError, match="pk_entry"):
            await store_now_and_later(ledger, [ids[0], ids[1]], ids[1])
        assert await stored(ledger, ids) == []


class TestRows:
    async def test_columns_are_attributes_and_places_whichever_way_they_came(self, ledger: Service) -> None:
        ids = new(2)
        async with ledger.runtime.database.writing() as session:
            for one in ids:
                row = await first(session, STORE, one)
                assert row is not None
                assert (row.id, row.words, row[0]) == (one, str(one), one)
                with pytest.raises(AttributeError):
                    _ = row.nothing
            assert await first(session, LOOK, new(1)) is None


class TestFaults:
    @pytest.mark.parametrize("before", [0, 1])
    async def test_a_rule_that_is_broken_is_named_whichever_way_it_went(self, ledger: Service, before: int) -> None:
        ids = new(1 + before)
        with pytest.raises(Exception, match="pk_entry") as fault:
            await store(ledger, [*ids, ids[-1]])
        problem = problem_of(fault.value)
        assert (problem.status, problem.body()["constraint"]) == (409, "pk_entry")
        assert await stored(ledger, ids) == []

    @pytest.mark.parametrize("before", [0, 1])
    async def test_a_lost_connection_passes_and_the_next_transaction_has_another(
        self, ledger: Service, before: int
    ) -> None:
        with pytest.raises((DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError)) as fault:
            await lose(ledger, before=before)
        assert passes(fault.value)
        ids = new(2)
        await store(ledger, ids)
        assert await stored(ledger, ids) == ids
