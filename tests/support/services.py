"""A service as its users meet it: its app over HTTP, its events in and out, its clock."""

import importlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from kit.auth import Role, Signer
from kit.auth.keys import read_key
from kit.clock import SetClock
from kit.contracts.base import Payload, publisher_of
from kit.events.reader import Reader
from kit.http import Runtime
from tests.support.databases import fresh_database, variables

EPOCH = UUID("01a20000-0000-7000-8000-000000000001")
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai


@dataclass
class Service:
    """One service without its background loops: tests turn them by hand, so nothing depends on timing."""

    name: str
    app: FastAPI
    clock: SetClock
    signer: Signer
    admin_url: str
    _sequences: dict[str, int] = field(default_factory=dict)
    _readers: dict[str, Reader] = field(default_factory=dict)

    @property
    def runtime(self) -> Runtime:
        runtime: Runtime = self.app.state.runtime
        return runtime

    def client(
        self, *roles: Role, unit: str = "/", employee: str | None = None, subject: str = "tester"
    ) -> httpx.AsyncClient:
        """A client with a token of these roles; without roles, one without a token."""
        headers = {}
        if roles:
            token = self.signer.access(subject, roles, unit=unit, employee=employee, seconds=3600)
            headers["Authorization"] = f"Bearer {token}"
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers)

    async def deliver(
        self,
        payload: Payload,
        *,
        subject: str,
        unit: str | None = None,
        account: str | None = None,
        correlation: str | None = None,
        time: datetime | None = None,
    ) -> None:
        """The event as another service would have published it, with its effects when this returns.

        A handler's error is raised as it is.
        """
        reader = await self._reader(payload)
        sequence = self._sequences[payload.stream] = self._sequences.get(payload.stream, 0) + 1
        body = {
            "specversion": "1.0",
            "id": str(uuid4()),
            "type": payload.type,
            "source": f"/services/{publisher_of(payload.type)}",
            "subject": subject,
            "time": (time or self.clock.now()).isoformat(),
            "epoch": str(EPOCH),
            "stream": payload.stream,
            "sequence": f"{sequence:020d}",
            "correlationid": correlation or subject,
            "data": payload.model_dump(mode="json"),
        }
        body |= {k: v for k, v in {"unit": unit, "account": account}.items() if v is not None}
        await reader._transaction([body])

    async def _reader(self, payload: Payload) -> Reader:
        if payload.stream not in self._readers:
            found = [s for s in self.runtime.subscriptions if s.stream == payload.stream]
            assert found, f"{self.name} does not read the stream {payload.stream}"
            reader = Reader(
                found[0], self.runtime.database, self.runtime.broker, self.runtime.context, self.runtime.metrics
            )
            await reader._load()
            reader.epoch = EPOCH
            self._readers[payload.stream] = reader
        return self._readers[payload.stream]

    async def own_events(self, since: int = 0) -> None:
        """Gives this service the events of its own log that its own slices handle, and those that follow."""
        done = since
        while rows := await self.events(after=done):
            for row in rows:
                done = row["position"]
                await self._deliver_own(row)

    async def _deliver_own(self, row: dict[str, Any]) -> None:
        for subscription in self.runtime.subscriptions:
            for payload, _ in subscription.handlers.get(row["type"], [])[:1]:
                await self.deliver(
                    payload.model_validate(row["data"]),
                    subject=row["subject"],
                    unit=row["unit"],
                    account=row["account"],
                    correlation=row["correlation"],
                    time=row["time"],
                )

    async def fire_timers(self) -> int:
        """Fires what is due by the clock; how many."""
        fired = 0
        while await self.runtime.timers.fire_next():
            fired += 1
        return fired

    async def send_messages(self) -> list[dict[str, Any]]:
        """Sends waiting messages through the file channel and reads all that it holds."""
        while await self.runtime.messages.send_some():
            pass
        path = self.runtime.messages.path
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    async def events(self, kind: type[Payload] | None = None, *, after: int = 0) -> list[dict[str, Any]]:
        """Rows of the event log, oldest first, with ``data`` decoded."""
        rows = await self.sql("SELECT * FROM event WHERE position > $1 ORDER BY position", after)
        found = [dict(row) | {"data": json.loads(row["data"])} for row in rows]
        return [row for row in found if kind is None or row["type"] == kind.type]

    async def sql(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """As the superuser, for looking at what no route shows."""
        connection = await asyncpg.connect(self.admin_url)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(statement, *values)
            return rows
        finally:
            await connection.close()


@asynccontextmanager
async def running(
    engines: dict[str, Any],
    name: str,
    files: Path,
    create_app: Callable[..., FastAPI] | None = None,
    folder: Path | None = None,
    **extra: str,
) -> AsyncIterator[Service]:
    """The service's real app on a fresh database, without loops (``GRIDLOOP_ROLE=api``, no broker)."""
    async with AsyncExitStack() as stack:
        environment = await stack.enter_async_context(fresh_database(engines, name, folder))
        del environment["GRIDLOOP_NATS_URL"]
        environment |= {"GRIDLOOP_ROLE": "api", "GRIDLOOP_FILES": str(files), **extra}
        await stack.enter_async_context(variables(environment))
        clock = SetClock(START)
        make = create_app or importlib.import_module(f"{name}.app").create_app
        app = make(clock=clock)
        await stack.enter_async_context(app.router.lifespan_context(app))
        key = Path(engines["environment"]["gateway"]["GRIDLOOP_SIGNING_KEY"])
        yield Service(name, app, clock, Signer("gateway", read_key(key)), environment["ADMIN_URL"])


@pytest.fixture(scope="module")
async def survey(engines: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with running(engines, "survey", tmp_path_factory.mktemp("files")) as service:
        yield service


@pytest.fixture(scope="module")
async def incident(engines: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with running(engines, "incident", tmp_path_factory.mktemp("files")) as service:
        yield service


@pytest.fixture(scope="module")
async def responsibility(engines: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with running(engines, "responsibility", tmp_path_factory.mktemp("files")) as service:
        yield service


@pytest.fixture(scope="module")
async def gateway(engines: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with running(engines, "gateway", tmp_path_factory.mktemp("files")) as service:
        yield service
