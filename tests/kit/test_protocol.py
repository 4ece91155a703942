"""Answers leave whole: header and body in one send, and nothing waits that should not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from kit.http.protocol import AT_ONCE, Gathering

HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


def part(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


def head(length: int) -> dict[str, Any]:
    return {**HEAD, "headers": [(b"content-length", str(length).encode())]}


@asynccontextmanager
async def asked(app: Any, request: bytes = REQUEST) -> AsyncIterator[tuple[asyncio.StreamReader, list[int]]]:
    """What comes back, and the sizes of what was handed to the socket, send by send."""
    sent: list[int] = []

    class Noting(Gathering):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(Noted(transport, sent))  # type: ignore[arg-type]

    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, http=Noting, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn tells by a flag only)
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection(*server.servers[0].sockets[0].getsockname()[:2])
    writer.write(request)
    try:
        yield reader, sent
    finally:
        writer.close()
        server.should_exit = True
        await task


class Noted:
    def __init__(self, transport: asyncio.Transport, sent: list[int]) -> None:
        self._transport = transport
        self._sent = sent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self._sent.append(len(data))
        self._transport.write(data)


async def test_header_and_body_leave_in_one_send() -> None:
    async def app(_: Any, __: Any, send: Any) -> None:
        await send(head(5))
        await send(part(b"whole"))

    async with asked(app) as (reader, sent):
        received = await reader.readuntil(b"whole")
    assert sent == [len(received)]


async def test_a_header_does_not_wait_for_a_body_that_comes_later() -> None:
    later = asyncio.Event()

    async def app(_: Any, __: Any, send: Any) -> None:
        await send(HEAD)
        await later.wait()
        await send(part(b"at last"))

    async with asked(app) as (reader, _):
        async with asyncio.timeout(5):
            assert await reader.readuntil(b"\r\n\r\n")
        later.set()
        assert b"at last" in await reader.readuntil(b"0\r\n\r\n")


async def test_a_long_body_is_not_gathered_in_memory() -> None:
    async def app(_: Any, __: Any, send: Any) -> None:
        await send(head(64 * 8192))
        for number in range(64):
            await send(part(b"x" * 8192, more=number < 63))

    async with asked(app) as (reader, sent):
        await reader.readuntil(b"\r\n\r\n")
        assert len(await reader.readexactly(64 * 8192)) == 64 * 8192
    assert max(sent) < AT_ONCE + 8192


async def test_answers_to_requests_sent_together_keep_their_order() -> None:
    async def app(scope: Any, _: Any, send: Any) -> None:
        body = scope["path"].encode()
        await send(head(len(body)))
        await send(part(body))

    several = b"".join(REQUEST.replace(b"GET /", b"GET /%d" % number) for number in range(5))
    async with asked(app, several) as (reader, _):
        for number in range(5):
            assert (await reader.readuntil(b"\r\n\r\n/%d" % number)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("request_bytes", [REQUEST.replace(b"1.1", b"1.0"), b"no request\r\n\r\n"])
async def test_what_is_written_before_the_end_of_a_connection_arrives(request_bytes: bytes) -> None:
    async def app(_: Any, __: Any, send: Any) -> None:
        await send(head(5))
        await send(part(b"whole"))

    async with asked(app, request_bytes) as (reader, _):
        received = await reader.read()
    assert received.endswith((b"whole", b"Invalid HTTP request received."))
