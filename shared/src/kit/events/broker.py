"""JetStream, as transport: streams of this service's own, durable readers of the others'.

The truth is the event log in PostgreSQL; whatever is lost here is published or fetched again.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from kit.settings import ServiceSettings
from kit.telemetry.logs import logger

ATOMIC_BATCH = 64
WORTH_A_BATCH = 16
ANSWER_SECONDS = 5.0
NS = 1_000_000_000
log = logger("kit.broker")


class BrokerAway(Exception):  # noqa: N818
    """NATS cannot be reached, or did not take what was sent; it is tried again."""


@dataclass(frozen=True)
class Outgoing:
    subject: str
    id: str
    body: bytes


def subject_of(service: str, stream: str, event_type: str) -> str:
    """``gridloop.<service>.<stream>.<rest of the type>``: streams of one service never share a subject."""
    return f"gridloop.{service}.{stream}.{event_type.split('.', 2)[2]}"


class Broker:
    """One connection, kept by reconnecting for ever; the service works without it until it is back."""

    def __init__(self, service: str, settings: ServiceSettings) -> None:
        self.service = service
        self.settings = settings
        self.client = Client()
        self.connects = 0
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self.client.is_connected

    def start(self) -> None:
        """Connects in the background: a service does not wait for the broker to start."""
        if self.settings.nats_url is not None:
            self._task = asyncio.create_task(self._connect(self.settings.nats_url.get_secret_value()))

    async def stop(self) -> None:
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError, NatsError, OSError):
                await self._task
        if self.connects:
            with suppress(NatsError, OSError, TimeoutError):
                await self.client.close()

    async def _connect(self, url: str) -> None:
        async def quiet(_: Exception) -> None:
            """Each failed attempt would be logged otherwise; the state changes below are enough."""

        async def lost() -> None:
            if not self._stopping:
                log.warning("broker lost")

        async def back() -> None:
            self.connects += 1
            log.info("broker back")

        while True:
            try:
                await self.client.connect(
                    url,
                    name=self.service,
                    inbox_prefix=f"_INBOX_{self.service}",
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=1,
                    connect_timeout=2,
                    ping_interval=10,
                    error_cb=quiet,
                    disconnected_cb=lost,
                    reconnected_cb=back,
                )
            except (NatsError, OSError, TimeoutError):
                await asyncio.sleep(0.5)
                self.client = Client()
            else:
                self.connects += 1
                return

    async def request(self, subject: str, body: bytes, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """A JetStream request; raises BrokerAway with JetStream's own words when it refuses."""
        try:
            answer = await self.client.request(subject, body, timeout=ANSWER_SECONDS, headers=headers)
        except (NatsError, OSError, TimeoutError) as fault:
            raise BrokerAway(type(fault).__name__) from fault
        found: dict[str, Any] = json.loads(answer.data or b"{}")
        if "error" in found:
            raise BrokerAway(str(found["error"].get("description", found["error"])))
        return found

    async def wake(self) -> None:
        """Tells this service's relay that there is something to publish. Fire and forget."""
        if self.connected:
            with suppress(NatsError, OSError):
                await self.client.publish(f"wake.{self.service}", b"")

    # publishing

    async def ensure_stream(self, stream: str) -> None:
        """Creates one of this service's own streams; an existing one stays as it is."""
        settings = self.settings
        config = {
            "name": stream,
            "subjects": [f"gridloop.{self.service}.{stream}.>"],
            "retention": "limits",
            "storage": "file",
            "discard": "old",
            "max_bytes": settings.stream_max_bytes,
            "max_age": settings.stream_max_age_days * 86_400 * NS,
            "num_replicas": settings.stream_replicas,
            "duplicate_window": 120 * NS,
            "allow_direct": True,
            "allow_atomic": True,
        }
        try:
            await self.request(f"$JS.API.STREAM.CREATE.{stream}", json.dumps(config).encode())
        except BrokerAway as fault:
            if "already in use" not in str(fault):
                raise

    async def publish(self, batch: Sequence[Outgoing]) -> None:
        """All of ``batch`` is stored and synced when this returns; otherwise BrokerAway.

        In atomic batches, which cost a few milliseconds whatever their size; few messages go one by one in a
        window, and so do those of a batch that the broker refuses (a message of it may be there already):
        its deduplication takes each by itself.
        """
        for start in range(0, len(batch), ATOMIC_BATCH):
            part = batch[start : start + ATOMIC_BATCH]
            if len(part) < WORTH_A_BATCH:
                await self._publish_in_window(part)
                continue
            try:
                await self._publish_atomically(part)
            except BrokerAway:
                await self._publish_in_window(part)

    async def _publish_atomically(self, part: Sequence[Outgoing]) -> None:
        name = uuid4().hex
        for place, message in enumerate(part[:-1], start=1):
            headers = {"Nats-Msg-Id": message.id, "Nats-Batch-Id": name, "Nats-Batch-Sequence": str(place)}
            await self._send(message, headers)
        last = part[-1]
        headers = {"Nats-Msg-Id": last.id, "Nats-Batch-Id": name, "Nats-Batch-Sequence": str(len(part))}
        await self.request(last.subject, last.body, headers | {"Nats-Batch-Commit": "1"})

    async def _send(self, message: Outgoing, headers: dict[str, str]) -> None:
        try:
            await self.client.publish(message.subject, message.body, headers=headers)
        except (NatsError, OSError) as fault:
            raise BrokerAway(type(fault).__name__) from fault

    async def _publish_in_window(self, part: Sequence[Outgoing]) -> None:
        answers = await asyncio.gather(
            *(self.request(m.subject, m.body, {"Nats-Msg-Id": m.id}) for m in part), return_exceptions=True
        )
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer


class Tap:
    """A durable pull reader of one stream: JetStream keeps roughly where we were, our own row keeps exactly.

    Acknowledging the last message of a batch acknowledges all before it; a lost acknowledgement only brings
    messages again, which are skipped.
    """

    BATCH = 256
    EXPIRES = 10.0

    def __init__(self, broker: Broker, stream: str) -> None:
        self.broker = broker
        self.stream = stream
        self.name = broker.service
        self._subscription: Subscription | None = None
        self._wanted = 0
        self._until = 0.0
        self._inbox = ""
        self._connect = -1

    async def open(self) -> None:
        """Raises BrokerAway where the broker or the stream is not there (yet)."""
        await self.close()
        config = {
            "durable_name": self.name,
            "name": self.name,
            "deliver_policy": "all",
            "ack_policy": "all",
            "ack_wait": 10 * NS,
            "max_ack_pending": 4 * self.BATCH,
            "max_waiting": 16,
        }
        body = json.dumps({"stream_name": self.stream, "config": config}).encode()
        await self.broker.request(f"$JS.API.CONSUMER.CREATE.{self.stream}.{self.name}", body)
        self._inbox = self.broker.client.new_inbox()
        self._subscription = await self.broker.client.subscribe(self._inbox, pending_msgs_limit=-1)
        self._wanted, self._until = 0, 0.0
        self._connect = self.broker.connects

    async def close(self) -> None:
        if self._subscription is not None:
            with suppress(NatsError, OSError):
                await self._subscription.unsubscribe()
            self._subscription = None

    @property
    def stale(self) -> bool:
        """Never opened, or opened on a connection that broke since."""
        return self._subscription is None or self._connect != self.broker.connects or not self.broker.connected

    async def next(self, seconds: float) -> list[Msg]:
        """What has arrived, at most a batch; empty after ``seconds`` of silence."""
        assert self._subscription is not None  # noqa: S101  (opened before)
        await self._ask()
        found: list[Msg] = []
        deadline = asyncio.get_running_loop().time() + seconds
        while not found:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return []
            try:
                message = await self._subscription.next_msg(timeout=left)
            except TimeoutError:
                return []
            except NatsError as fault:
                raise BrokerAway(type(fault).__name__) from fault
            self._keep(message, found)
            await self._ask()
        while len(found) < self.BATCH and self._subscription.pending_msgs:
            self._keep(await self._subscription.next_msg(timeout=0.1), found)
        return found

    def _keep(self, message: Msg, found: list[Msg]) -> None:
        status = (message.headers or {}).get("Status")
        if status is None:
            self._wanted -= 1
            found.append(message)
            return
        self._wanted = 0
        if status not in {"404", "408"}:
            # 409: the consumer was deleted or the server is leaving; open anew
            self._connect = -1

    async def _ask(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._wanted >= self.BATCH // 2 and now < self._until:
            return
        body = json.dumps({"batch": self.BATCH, "expires": int(self.EXPIRES * NS)}).encode()
        try:
            await self.broker.client.publish(
                f"$JS.API.CONSUMER.MSG.NEXT.{self.stream}.{self.name}", body, reply=self._inbox
            )
        except (NatsError, OSError) as fault:
            raise BrokerAway(type(fault).__name__) from fault
        self._wanted = max(self._wanted, 0) + self.BATCH
        self._until = now + self.EXPIRES

    async def done(self, message: Msg) -> None:
        """Everything up to ``message`` has had its effect."""
        if message.reply:
            with suppress(NatsError, OSError):
                await self.broker.client.publish(message.reply, b"+ACK")
