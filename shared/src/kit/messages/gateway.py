"""The utility's message gateway: one signed POST a message, repeated under the same key until it is taken.

The body is ``{"key", "to", "text", "title"?, "created_at"}``; ``Idempotency-Key`` is the key, so that the gateway
answers a repeat like the first. Any 2xx takes it, and its JSON's ``id`` is kept. 408, 425, 429 and 5xx mean later, with
``Retry-After`` honoured for the whole channel; any other status refuses the message for good. What became of it comes
back signed likewise (``kit.messages.receipts``).
"""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from email.utils import parsedate_to_datetime

import httpx
from httpx_aiohttp import AiohttpTransport

from kit.messages.channel import Later, Outcome, Outgoing, Refused, Sent
from kit.messages.signature import signed

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
AT_ONCE = 16
LONGEST_PAUSE = 3600.0
LONGEST_ANSWER = 16 * 1024
NOT_YET = frozenset({408, 425, 429})
PAUSING = frozenset({429, 503})
SERVER_FAULT = 500


class GatewayChannel:
    def __init__(self, url: str, secrets: Sequence[bytes]) -> None:
        self.url = url
        self._secret = secrets[0]
        self._paused_until = 0.0
        self._room = asyncio.Semaphore(AT_ONCE)
        self._client: httpx.AsyncClient | None = None

    @property
    def ready(self) -> bool:
        return time.monotonic() >= self._paused_until

    async def deliver(self, messages: Sequence[Outgoing]) -> list[Outcome]:
        if self._client is None:
            self._client = httpx.AsyncClient(transport=AiohttpTransport(), timeout=TIMEOUT, follow_redirects=False)
        return [*await asyncio.gather(*(self._one(self._client, message) for message in messages))]

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _one(self, client: httpx.AsyncClient, message: Outgoing) -> Outcome:
        async with self._room:
            if not self.ready:
                return Later("the gateway asked for a pause")
            body = _body(message)
            headers = {"Content-Type": "application/json", "Idempotency-Key": message.key}
            headers |= signed(self._secret, body, at=int(time.time()))
            try:
                async with client.stream("POST", self.url, content=body, headers=headers) as answer:
                    return self._outcome(answer, await _start(answer))
            except httpx.HTTPError as fault:
                return Later(f"message gateway: {type(fault).__name__}")

    def _outcome(self, answer: httpx.Response, start: bytes) -> Outcome:
        if answer.is_success:
            return Sent(_id(start))
        reason = f"the message gateway answered {answer.status_code}"
        if answer.status_code in NOT_YET or answer.status_code >= SERVER_FAULT:
            pause = _retry_after(answer.headers.get("retry-after"))
            if answer.status_code in PAUSING and pause is not None:
                self._paused_until = max(self._paused_until, time.monotonic() + pause)
            return Later(reason, pause)
        return Refused(reason)


def _body(message: Outgoing) -> bytes:
    fields = {"key": message.key, "to": message.recipient, "text": message.body}
    if message.title is not None:
        fields["title"] = message.title
    fields["created_at"] = message.created_at.isoformat()
    return json.dumps(fields, ensure_ascii=False).encode()


async def _start(answer: httpx.Response) -> bytes:
    """As much of the body as an id may need: a gateway that answers without end holds nobody up."""
    read = b""
    async for part in answer.aiter_bytes():
        read += part
        if len(read) > LONGEST_ANSWER:
            break
    return read


def _id(start: bytes) -> str | None:
    with suppress(ValueError):
        said = json.loads(start)
        if isinstance(said, dict) and isinstance(said.get("id"), str):
            return str(said["id"])[:200].replace("\0", "")
    return None


def _retry_after(value: str | None) -> float | None:
    """Seconds (RFC 9110, 10.2.3), at most an hour; None for what is neither a number nor a date."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_PAUSE)
    with suppress(ValueError, TypeError):
        return min(max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0), LONGEST_PAUSE)
    return None
