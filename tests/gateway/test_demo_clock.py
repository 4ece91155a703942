"""The demonstration's clock, kept in NATS, with a service whose timers fall due."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.app import create_app
from kit.auth import Role, Signer
from kit.auth.keys import read_key
from kit.clock import Clock, ShiftedClock
from kit.demo import ClockFollower
from tests.gateway.serving import serving
from tests.support.databases import fresh_database, variables
from tests.support.waiting import wait_until


@dataclass
class Imitation:
    """A service with timers: each fires when the suite's clock has reached it, one question later."""

    clock: Clock | None = None
    timers: list[datetime] = field(default_factory=list)
    fired: list[tuple[datetime, datetime]] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/demo/idle", self.idle)])

    async def idle(self, _: Request) -> Response:
        assert self.clock is not None
        now = self.clock.now()
        due = [timer for timer in self.timers if timer <= now]
        self.fired += [(timer, now) for timer in due]
        self.timers = [timer for timer in self.timers if timer > now]
        return JSONResponse(
            {
                "offset_seconds": 1e12,
                "heads": {},
                "unpublished": 0,
                "consumed": {},
                "due_timers": len(due),
                "next_timer": min(self.timers).isoformat() if self.timers else None,
                "waiting_messages": 0,
            }
        )


@dataclass
class Demo:
    app: FastAPI
    client: httpx.AsyncClient
    other: Imitation

    async def now(self) -> datetime:
        return datetime.fromisoformat((await self.client.get("/v1/demo/clock")).json()["now"])

    async def move(self, to: datetime) -> httpx.Response:
        return await self.client.post("/v1/demo/clock", json={"to": to.isoformat()})


@pytest.fixture(scope="module")
async def demo(engines: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    other = Imitation()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(other.app()))
        environment = await stack.enter_async_context(fresh_database(engines, "gateway"))
        environment |= {
            "GRIDLOOP_ROLE": "api",
            "GRIDLOOP_DEMO_CLOCK": "1",
            "GRIDLOOP_FILES": str(tmp_path_factory.mktemp("files")),
            "GRIDLOOP_PEERS": json.dumps({"survey": url}),
        }
        await stack.enter_async_context(variables(environment))
        app = create_app()
        await stack.enter_async_context(app.router.lifespan_context(app))
        other.clock = app.state.runtime.clock
        token = Signer("gateway", read_key(Path(environment["GRIDLOOP_SIGNING_KEY"]))).access(
            "tester", [Role.OPERATOR], unit="/"
        )
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://gateway",
            headers={"Authorization": f"Bearer {token}"},
            timeout=70,
        )
        while not app.state.runtime.broker.connected:  # noqa: ASYNC110  (it tells by a flag only)
            await asyncio.sleep(0.05)
        yield Demo(app, client, other)


class TestMoving:
    async def test_stops_at_each_timer_in_turn(self, demo: Demo) -> None:
        start = await demo.now()
        demo.other.timers = [start + timedelta(hours=hours) for hours in (5, 1, 48)]

        answer = await demo.move(start + timedelta(hours=24))

        assert answer.status_code == 200
        assert answer.json()["stops"] == 2
        assert [timer for timer, _ in demo.other.fired] == [start + timedelta(hours=hours) for hours in (1, 5)]
        assert all(now - timer < timedelta(minutes=1) for timer, now in demo.other.fired)
        assert await demo.now() - start >= timedelta(hours=24)

    async def test_tells_the_suite_through_nats_each_time(self, demo: Demo) -> None:
        elsewhere = ShiftedClock()

        async def alike() -> bool:
            return abs(elsewhere.now() - await demo.now()) < timedelta(seconds=5)

        following = asyncio.create_task(ClockFollower(demo.app.state.runtime.broker, elsewhere).run())
        for _ in range(3):
            await demo.move(await demo.now() + timedelta(days=1))
            await wait_until(alike)
        following.cancel()

    async def test_never_goes_back(self, demo: Demo) -> None:
        answer = await demo.move(await demo.now() - timedelta(hours=1))

        assert (answer.status_code, answer.json()["type"]) == (409, "urn:gridloop:problem:backwards_clock")
