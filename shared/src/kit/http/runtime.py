"""What one running service consists of, and its background work."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from kit import demo, revocations
from kit.auth.keys import PublicKeys, read_key
from kit.auth.tokens import Signer, Verifier
from kit.clock import Clock, ShiftedClock, SystemClock
from kit.context import Context
from kit.db import Database
from kit.encryption import Keyring
from kit.events.broker import Broker
from kit.events.handlers import Consumers, Subscription, subscriptions
from kit.events.reader import Reader
from kit.events.relay import Relay
from kit.jobs import JobLoop, Jobs
from kit.messages import MessageLoop, Messages
from kit.peers import Peers
from kit.settings import ServiceSettings
from kit.tasks import ended
from kit.telemetry.metrics import Metrics
from kit.timers import TimerLoop, Timers


@dataclass
class Parts:
    """What the slices of a service bring."""

    consumers: list[Consumers] = field(default_factory=list)
    timers: list[Timers] = field(default_factory=list)
    jobs: list[Jobs] = field(default_factory=list)
    messages: list[Messages] = field(default_factory=list)


class Runtime:
    def __init__(self, service: str, settings: ServiceSettings, parts: Parts, clock: Clock | None = None) -> None:
        self.service = service
        self.settings = settings
        self.metrics = Metrics()
        self.clock = clock or (ShiftedClock() if settings.demo_clock else SystemClock())
        self.database = Database(
            settings.async_database_url, self.clock, pool=settings.database_pool, application=f"gridloop-{service}"
        )
        self.signer = Signer(service, read_key(settings.signing_key))
        self.verifier = Verifier(service, PublicKeys(settings.keys))
        self.peers = Peers(settings.peers, self.signer)
        self.context = Context(service, settings, self.clock, Keyring.read(settings.encryption_keys), self.peers)
        self.broker = Broker(service, settings)
        self.database.wake = self.broker.wake
        own = [*parts.consumers, revocations.consumers]
        self.subscriptions: list[Subscription] = subscriptions(own)
        self.relay = Relay(service, settings.database_url.get_secret_value(), self.broker, self.metrics)
        self.timers = TimerLoop(parts.timers, self.database, self.context, self.metrics)
        self.jobs = JobLoop(parts.jobs, self.database, self.context, at_once=settings.jobs_at_once)
        self.messages = MessageLoop(self.database, self.context, parts.messages)
        self._tasks: list[asyncio.Task[Any]] = []

    async def start(self) -> None:
        self.broker.start()
        self._run(revocations.RevocationLoop(self.database, self.verifier))
        if isinstance(self.clock, ShiftedClock):
            self._run(demo.ClockFollower(self.broker, self.clock))
        if self.settings.role == "api":
            return
        for loop in (self.relay, self.timers, self.jobs, self.messages, *self._readers()):
            self._run(loop)

    def add(self, loop: Any) -> None:
        """Runs a slice's own loop beside the others until the service stops, in workers only."""
        if self.settings.role != "api":
            self._run(loop)

    def _readers(self) -> list[Reader]:
        return [Reader(s, self.database, self.broker, self.context, self.metrics) for s in self.subscriptions]

    def _run(self, loop: Any) -> None:
        self._tasks.append(asyncio.create_task(loop.run(), name=type(loop).__name__))

    async def stop(self) -> None:
        await ended(self._tasks)
        await self.messages.close()
        await self.broker.stop()
        await self.peers.close()
        await self.database.close()
