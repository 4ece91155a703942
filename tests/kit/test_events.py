"""From one service's commit to another's effect: exactly once, in order, whatever is lost between."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import nats
import pytest

from kit.auth import Role
from kit.events.reader import Reader
from kit.events.relay import Relay
from kit.http.runtime import ended
from tests.kit.ledger.app import MIGRATIONS, create_app, create_reading_app
from tests.support.services import Service, running
from tests.support.waiting import wait_until

BROKER_LOCK = 7_410_901


@asynccontextmanager
async def ledger_pair(engines: dict[str, Any], files: Path) -> AsyncIterator[tuple[Service, Service]]:
    """A publisher and a reader that reach each other, with a broker and no loops yet."""
    folder = MIGRATIONS.parent
    nats_url = {"GRIDLOOP_NATS_URL": engines["environment"]["survey"]["GRIDLOOP_NATS_URL"]}
    reader_url = {"GRIDLOOP_NATS_URL": engines["environment"]["responsibility"]["GRIDLOOP_NATS_URL"]}
    async with (
        broker_to_oneself(engines),
        running(engines, "survey", files, create_app, folder, **nats_url) as publisher,
        running(engines, "responsibility", files, create_reading_app, folder, **reader_url) as reader,
    ):
        transport = httpx.ASGITransport(publisher.app)
        reader.runtime.peers.urls["survey"] = "http://survey"
        reader.runtime.peers._clients["survey"] = httpx.AsyncClient(transport=transport, base_url="http://survey")
        await empty_broker(engines)
        for service in (publisher, reader):
            await wait_until(lambda service=service: _connected(service))
        yield publisher, reader
        await empty_broker(engines)


@asynccontextmanager
async def broker_to_oneself(engines: dict[str, Any]) -> AsyncIterator[None]:
    """The broker's streams are one for all runs on these engines: who empties them must be alone."""
    holder = await asyncpg.connect(engines["admin"]["survey"].rsplit("/", 1)[0] + "/postgres")
    try:
        await holder.execute(f"SELECT pg_advisory_lock({BROKER_LOCK})")
        yield
    finally:
        await holder.close()


async def _connected(service: Service) -> bool:
    return service.runtime.broker.connected


async def empty_broker(engines: dict[str, Any]) -> None:
    client = await nats.connect(engines["nats"])
    stream_names = [stream.config.name for stream in await client.jetstream().streams_info()]
    for name in stream_names:
        await client.jetstream().delete_stream(name)
    await client.close()


@pytest.fixture
async def pair(engines: dict[str, Any], tmp_path: Path) -> AsyncIterator[tuple[Service, Service]]:
    async with ledger_pair(engines, tmp_path) as both:
        yield both


@asynccontextmanager
async def at_work(*loops: Any) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(loop.run()) for loop in loops]
    try:
        yield
    finally:
        await ended(tasks)


def relay_of(service: Service) -> Relay:
    return service.runtime.relay


def reader_of(service: Service) -> Reader:
    runtime = service.runtime
    found = next(s for s in runtime.subscriptions if s.publisher == "survey")
    return Reader(found, runtime.database, runtime.broker, runtime.context, runtime.metrics)


async def note(service: Service, words: str, **more: Any) -> str:
    answer = await service.client(Role.AGENT).post("/v1/entries", json={"words": words} | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def effects(service: Service) -> dict[str, int]:
    return {str(row["entry"]): row["times"] for row in await service.sql("SELECT entry, times FROM effect")}


class TestSpine:
    async def test_each_committed_event_has_its_effect_once(self, pair: tuple[Service, Service]) -> None:
        publisher, reader = pair
        async with at_work(relay_of(publisher), reader_of(reader)):
            ids = [await note(publisher, f"entry {n}") for n in range(30)]
            await wait_until(lambda: _count(reader, 30))
        assert await effects(reader) == dict.fromkeys(ids, 1)

    async def test_order_is_kept(self, pair: tuple[Service, Service]) -> None:
        publisher, reader = pair
        ids = [await note(publisher, f"entry {n}") for n in range(30)]
        async with at_work(relay_of(publisher), reader_of(reader)):
            await wait_until(lambda: _count(reader, 30))
        rows = await reader.sql("SELECT entry FROM effect ORDER BY place")
        assert [str(row["entry"]) for row in rows] == ids

    async def test_slow_handling_never_outlasts_a_transaction(self, pair: tuple[Service, Service]) -> None:
        """Together these take longer than the database lets a transaction last."""
        publisher, reader = pair
        ids = [await note(publisher, f"entry {n}", slow=True) for n in range(24)]
        async with at_work(relay_of(publisher), reader_of(reader)):
            await wait_until(lambda: _count(reader, 24), 30)
        assert await effects(reader) == dict.fromkeys(ids, 1)

    async def test_the_broker_gone_with_all_its_data_loses_nothing(
        self, pair: tuple[Service, Service], engines: dict[str, Any]
    ) -> None:
        publisher, reader = pair
        ids = [await note(publisher, f"entry {n}") for n in range(20)]
        async with at_work(relay_of(publisher)):
            await wait_until(lambda: _published(publisher, 20))
        await empty_broker(engines)
        async with at_work(reader_of(reader)):  # nothing follows: only the head tells
            await wait_until(lambda: _count(reader, 20))
        assert await effects(reader) == dict.fromkeys(ids, 1)

    async def test_a_service_reads_its_own_stream_without_any_broker(self, pair: tuple[Service, Service]) -> None:
        publisher, _ = pair
        ids = [await note(publisher, f"entry {n}") for n in range(5)]
        await publisher.runtime.broker.stop()
        async with at_work(relay_of(publisher), reader_of(publisher)):
            await wait_until(lambda: _count(publisher, 5))
        assert await effects(publisher) == dict.fromkeys(ids, 1)

    async def test_a_gap_is_filled_from_the_feed(self, pair: tuple[Service, Service], engines: dict[str, Any]) -> None:
        publisher, reader = pair
        first = [await note(publisher, f"early {n}") for n in range(5)]
        async with at_work(relay_of(publisher)):
            await wait_until(lambda: _published(publisher, 5))
            await empty_broker(engines)
            later = [await note(publisher, f"late {n}") for n in range(5)]
            await wait_until(lambda: _published(publisher, 10))
            async with at_work(reader_of(reader)):
                await wait_until(lambda: _count(reader, 10))
        assert await effects(reader) == dict.fromkeys(first + later, 1)

    async def test_published_twice_is_handled_once(self, pair: tuple[Service, Service]) -> None:
        publisher, reader = pair
        ids = [await note(publisher, f"entry {n}") for n in range(10)]
        async with at_work(relay_of(publisher)):
            await wait_until(lambda: _published(publisher, 10))
        async with at_work(reader_of(reader)):
            await wait_until(lambda: _count(reader, 10))
        # as if killed between publishing and noting it, longer ago than the broker remembers message ids
        await publisher.sql("UPDATE published SET sequence = 0")
        await publisher.sql("UPDATE event SET id = gen_random_uuid()")
        async with at_work(relay_of(publisher), reader_of(reader)):
            await wait_until(lambda: _published(publisher, 10))
            ids.append(await note(publisher, "the last"))
            await wait_until(lambda: _count(reader, 11))
        assert await effects(reader) == dict.fromkeys(ids, 1)

    async def test_two_interleaved_writers_lose_nothing(self, pair: tuple[Service, Service]) -> None:
        """A takes the first position and commits last; a cursor on positions would pass it by for ever."""
        publisher, reader = pair
        slow, quick = str(uuid4()), str(uuid4())
        async with at_work(relay_of(publisher), reader_of(reader)):
            async with publisher.runtime.database.writing() as session:
                await _insert_event(session, slow)
                async with publisher.runtime.database.writing() as other:
                    await _insert_event(other, quick)
                await note(publisher, "after the quick one")
                await asyncio.sleep(0.5)  # rounds go by while the first writer is still open
            await wait_until(lambda: _count(reader, 3))
        assert {slow, quick} <= set(await effects(reader))


class TestRestoredPublisher:
    """A publisher that comes back from a backup begins a new epoch at the heads it was restored to."""

    async def test_a_reader_no_further_than_the_backup_goes_on(self, pair: tuple[Service, Service]) -> None:
        publisher, reader = pair
        ids = [await note(publisher, f"before {n}") for n in range(5)]
        async with at_work(relay_of(publisher), reader_of(reader)):
            await wait_until(lambda: _count(reader, 5))
        await _begin_epoch(publisher, head=5)
        async with at_work(relay_of(publisher), reader_of(reader)):
            ids += [await note(publisher, f"after {n}") for n in range(5)]
            await wait_until(lambda: _count(reader, 10))
        assert await effects(reader) == dict.fromkeys(ids, 1)

    async def test_a_reader_ahead_of_the_backup_stops_and_says_so(self, pair: tuple[Service, Service]) -> None:
        publisher, reader = pair
        for n in range(5):
            await note(publisher, f"before {n}")
        async with at_work(relay_of(publisher), reader_of(reader)):
            await wait_until(lambda: _count(reader, 5))
        await _begin_epoch(publisher, head=3)
        async with at_work(relay_of(publisher), reader_of(reader)):
            await note(publisher, "after")
            await wait_until(lambda: _halted(reader))
        assert len(await effects(reader)) == 5
        health = (await reader.client().get("/health/ready")).json()
        assert any("was restored to 3" in reason for reason in health["degraded"])


async def _begin_epoch(service: Service, head: int) -> None:
    heads = json.dumps({"survey": head})
    await service.sql("INSERT INTO epoch (epoch, heads) VALUES (gen_random_uuid(), $1::jsonb)", heads)


async def _halted(service: Service) -> bool:
    return bool(await service.sql("SELECT FROM consumed WHERE halted IS NOT NULL"))


class TestPoison:
    async def test_a_failing_event_is_parked_with_its_subject_and_the_rest_goes_on(
        self, pair: tuple[Service, Service]
    ) -> None:
        publisher, reader = pair
        good = [await note(publisher, "before")]
        bad = await note(publisher, "poison", fails=True)
        async with publisher.runtime.database.writing() as session:
            await _insert_event(session, behind := str(uuid4()), subject="poison")
        good.append(await note(publisher, "after"))
        async with at_work(relay_of(publisher), reader_of(reader)):
            await wait_until(lambda: _count(reader, 2))
            await wait_until(lambda: _parked(reader, 2))
        assert await effects(reader) == dict.fromkeys(good, 1)
        client = reader.client(Role.OPERATOR)
        letters = (await client.get("/v1/events/dead")).json()["items"]
        assert [letter["subject"] for letter in letters] == ["poison", "poison"]
        assert "always fails" not in json.dumps(letters)
        refused = await client.post(f"/v1/events/dead/{letters[0]['id']}/replay")
        assert refused.status_code == 409
        assert (await client.delete(f"/v1/events/dead/{letters[0]['id']}")).status_code == 204
        replayed = await client.post(f"/v1/events/dead/{letters[1]['id']}/replay")
        assert replayed.json() == {"replayed": 1}
        assert await effects(reader) == dict.fromkeys([*good, behind], 1)
        assert bad not in await effects(reader)

    async def test_lost_database_connections_never_park(self, pair: tuple[Service, Service]) -> None:
        publisher, reader = pair
        ids = []
        async with at_work(relay_of(publisher), reader_of(reader)):
            for n in range(5):
                ids += [await note(publisher, f"entry {n}-{m}") for m in range(5)]
                await _cut_connections(reader)
            await wait_until(lambda: _count(reader, 25))
        assert await effects(reader) == dict.fromkeys(ids, 1)
        assert not await _parked(reader, 1)

    async def test_a_lock_that_others_hold_never_parks(self, pair: tuple[Service, Service]) -> None:
        publisher, reader = pair
        await reader.sql("ALTER ROLE responsibility_app SET lock_timeout = '100ms'")
        await _cut_connections(reader)
        ids = [await note(publisher, f"entry {n}") for n in range(3)]
        holder = await asyncpg.connect(reader.admin_url)
        try:
            async with at_work(relay_of(publisher), reader_of(reader)):
                async with holder.transaction():
                    await holder.execute("LOCK TABLE effect IN ACCESS EXCLUSIVE MODE")
                    await asyncio.sleep(2.5)  # longer than a handler that fails is given
                await wait_until(lambda: _count(reader, 3))
        finally:
            await holder.close()
            await reader.sql("ALTER ROLE responsibility_app RESET lock_timeout")
        assert await effects(reader) == dict.fromkeys(ids, 1)
        assert not await _parked(reader, 1)


async def _cut_connections(service: Service) -> None:
    await service.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


async def _insert_event(session: Any, entry: str, subject: str | None = None) -> None:
    from sqlalchemy import insert, text

    from kit.db.tables import event

    values = {
        "id": uuid4(),
        "stream": "survey",
        "type": "gridloop.survey.entry.noted.v1",
        "subject": subject or entry,
        "time": text("now()"),
        "data": {"entry_id": entry},
    }
    await session.execute(insert(event).values(**values))


async def _count(service: Service, wanted: int) -> bool:
    return len(await effects(service)) >= wanted


async def _published(service: Service, wanted: int) -> bool:
    rows = await service.sql("SELECT sequence FROM published")
    return bool(rows) and rows[0]["sequence"] >= wanted


async def _parked(service: Service, wanted: int) -> bool:
    rows = await service.sql("SELECT count(*) FROM dead_letter")
    return bool(rows[0][0] >= wanted)
