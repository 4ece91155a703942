"""Moves the demonstration's clock, and waits until the suite has done what was due."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx
from nats.js.api import KeyValueConfig
from nats.js.errors import BucketNotFoundError
from nats.js.kv import KeyValue

from gateway.demo.stillness import Said, next_stop, restless
from gateway.upstreams.service import Upstreams
from kit.clock import ShiftedClock
from kit.demo import BUCKET, KEY
from kit.errors import Conflict, Unavailable
from kit.events.broker import Broker

LOOK = 0.05
LONGEST_WAIT = 60.0
BEYOND = timedelta(milliseconds=1)


class BackwardsClock(Conflict):
    code, title = "backwards_clock", "The clock moves forward only"


class NeverStill(Unavailable):
    code, title = "never_still", "The suite does not come to rest"


class DemoClock:
    """One mover at a time; several requests wait for each other."""

    def __init__(self, clock: ShiftedClock, broker: Broker, upstreams: Upstreams) -> None:
        self._clock = clock
        self._broker = broker
        self._upstreams = upstreams
        self._moving = asyncio.Lock()

    def now(self) -> datetime:
        return self._clock.now()

    async def move(self, to: datetime) -> int:
        """Steps to each timer due until ``to``; how many stops it made. Raises BackwardsClock and NeverStill."""
        async with self._moving:
            if to < self._clock.now():
                raise BackwardsClock(f"It is {self._clock.now().isoformat()} already; name a later time.")
            stops = 0
            while (stop := next_stop(await self._still(messages=False), to)) < to:
                await self._set(stop + BEYOND)
                stops += 1
            await self._set(to)
            await self._still(messages=True)
            return stops

    async def _set(self, moment: datetime) -> None:
        offset = max(moment - datetime.now(UTC), self._clock.offset)
        bucket = await self._bucket()
        await bucket.put(KEY, str(offset // timedelta(microseconds=1)).encode())
        self._clock.offset = offset

    async def _bucket(self) -> KeyValue:
        if not self._broker.connected:
            raise Unavailable("The clock is kept in NATS, which is away.", headers={"Retry-After": "2"})
        stream = self._broker.client.jetstream()
        try:
            return await stream.key_value(BUCKET)
        except BucketNotFoundError:
            return await stream.create_key_value(KeyValueConfig(bucket=BUCKET))

    async def _still(self, *, messages: bool) -> Mapping[str, Said]:
        """What all services say once nothing is on its way any more."""
        wanted = self._clock.offset.total_seconds()
        loop = asyncio.get_running_loop()
        until = loop.time() + LONGEST_WAIT
        while True:
            said, silent = await self._ask_all()
            on_the_way = silent + restless(said, offset=wanted - 0.000_001, messages=messages)
            if not on_the_way:
                return said
            if loop.time() > until:
                raise NeverStill(f"Still on its way after {LONGEST_WAIT:.0f} s: {'; '.join(on_the_way)}.")
            await asyncio.sleep(LOOK)

    async def _ask_all(self) -> tuple[dict[str, Said], list[str]]:
        names = [*self._upstreams.names, "gateway"]
        answers = await asyncio.gather(*map(self._ask, names))
        said = {name: answer for name, answer in zip(names, answers, strict=True) if answer is not None}
        return said, [f"{name}: no answer" for name in names if name not in said]

    async def _ask(self, name: str) -> Said | None:
        try:
            answer = await self._upstreams.ask(name, "GET", "/v1/demo/idle")
            return Said.model_validate(answer.raise_for_status().json())
        except (httpx.HTTPError, ValueError):
            return None
