"""Whatever is killed, whenever: every committed event has its effect exactly once."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from gridloop.engines import scratch_engines
from tests.support.processes import LedgerProcesses
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.alone, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerProcesses]:
    with scratch_engines() as engines:
        processes = LedgerProcesses(engines, tmp_path_factory.mktemp("logs"))
        processes.migrate()
        yield processes
        processes.stop()


@pytest.fixture
async def both(ledger: LedgerProcesses) -> AsyncIterator[LedgerProcesses]:
    for name in ("survey", "responsibility"):
        ledger.start(name)
    for name in ("survey", "responsibility"):
        ledger.ready(name)
    yield ledger
    ledger.stop()


class Writer:
    """Posts entries one after the other, repeating each with its key until it is answered."""

    def __init__(self, ledger: LedgerProcesses) -> None:
        self.ledger = ledger
        self.noted: set[str] = set()

    async def write(self, entries: int, pause: float = 0.01) -> None:
        async with httpx.AsyncClient(base_url=self.ledger.url("survey"), headers=self.ledger.headers) as client:
            for _ in range(entries):
                await self._until_answered(client, str(uuid4()))
                await asyncio.sleep(pause)

    async def _until_answered(self, client: httpx.AsyncClient, words: str) -> None:
        deadline = asyncio.get_running_loop().time() + 60
        while asyncio.get_running_loop().time() < deadline:
            with suppress(httpx.HTTPError):
                answer = await client.post("/v1/entries", json={"words": words}, headers={"Idempotency-Key": words})
                if answer.status_code == httpx.codes.CREATED:
                    self.noted.add(answer.json()["id"])
                    return
            await asyncio.sleep(0.05)
        raise AssertionError("no answer within a minute")


async def effects(ledger: LedgerProcesses) -> dict[str, int]:
    rows = await ledger.sql("responsibility", "SELECT entry, times FROM effect")
    return {str(row["entry"]): row["times"] for row in rows}


async def expect_each_once(ledger: LedgerProcesses, noted: set[str]) -> None:
    """Every committed entry, answered or not, has had its effect once, and nothing else has."""

    async def complete() -> bool:
        return noted <= set(await effects(ledger))

    await wait_until(complete, 40)
    found = await effects(ledger)
    committed = {str(row["id"]) for row in await ledger.sql("survey", "SELECT id FROM entry")}
    assert committed >= noted
    assert found.keys() == committed
    assert set(found.values()) == {1}


@asynccontextmanager
async def while_writing(ledger: LedgerProcesses, entries: int = 150) -> AsyncIterator[Writer]:
    writer = Writer(ledger)
    task = asyncio.create_task(writer.write(entries))
    yield writer
    await task


@pytest.mark.parametrize("victim", ["survey", "responsibility"])
async def test_a_service_is_killed_again_and_again(both: LedgerProcesses, victim: str) -> None:
    dice = random.Random(7)
    async with while_writing(both) as writer:
        for _ in range(3):
            await asyncio.sleep(dice.uniform(0.2, 0.6))
            both.kill(victim)
            both.start(victim)
            await asyncio.to_thread(both.ready, victim)
    await expect_each_once(both, writer.noted)


@pytest.mark.parametrize("engine", ["nats", "postgres"])
async def test_an_engine_is_killed_again_and_again(both: LedgerProcesses, engine: str) -> None:
    async with while_writing(both) as writer:
        for _ in range(3):
            await asyncio.sleep(0.4)
            both.engines.kill(engine)
            await asyncio.to_thread(both.engines.restart, engine)
    await expect_each_once(both, writer.noted)


@pytest.mark.parametrize("place", ["before-publishing", "before-noting"])
async def test_the_relay_is_killed(ledger: LedgerProcesses, tmp_path: Path, place: str) -> None:
    died = tmp_path / "died"
    ledger.start("survey", "create_dying_app", LEDGER_DIES=place, LEDGER_DIED=str(died))
    ledger.start("responsibility")
    ledger.ready("responsibility")
    ledger.ready("survey")
    async with while_writing(ledger, 20) as writer:

        async def dead() -> bool:
            return died.exists() and ledger.running["survey"].poll() is not None

        await wait_until(dead)
        ledger.kill("survey")
        ledger.start("survey")
        await asyncio.to_thread(ledger.ready, "survey")
    await expect_each_once(ledger, writer.noted)
    ledger.stop()


async def test_the_broker_is_away_while_events_are_committed(both: LedgerProcesses) -> None:
    both.engines.kill("nats")
    writer = Writer(both)
    await writer.write(30)
    await asyncio.to_thread(both.engines.restart, "nats")
    await expect_each_once(both, writer.noted)


async def test_the_brokers_folder_is_deleted_while_all_is_stopped_and_nothing_follows(
    both: LedgerProcesses,
) -> None:
    writer = Writer(both)
    both.kill("responsibility")
    await writer.write(30)

    async def published() -> bool:
        rows = await both.sql("survey", "SELECT head = sequence AS done FROM published")
        return bool(rows and rows[0]["done"])

    await wait_until(published)
    both.stop()
    both.engines.kill("nats")
    both.forget_broker()
    await asyncio.to_thread(both.engines.restart, "nats")
    for name in ("survey", "responsibility"):
        both.start(name)
        await asyncio.to_thread(both.ready, name)
    await expect_each_once(both, writer.noted)
