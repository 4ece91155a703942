"""How answers leave the server: header and body of each in one send.

Run by ``uvicorn --http kit.http.protocol:Gathering``; uvicorn's own protocol sends them one after the other, which
costs the server a system call and a small client a second waking for each answer.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

AT_ONCE = 65_536
"""Bytes that leave without waiting for the end of the loop's turn: a long body is not gathered in memory."""


class Gathering(HttpToolsProtocol):
    """uvicorn's protocol over httptools, on a transport that gathers what is written in one turn of the loop."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_Gathered(transport, self.loop))  # type: ignore[arg-type]


class _Gathered:
    """Stands for the transport, and is asked for nothing but what uvicorn's protocols ask for."""

    __slots__ = ("_loop", "_parts", "_size", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._leave)
        self._parts.append(data)
        self._size += len(data)
        if self._size >= AT_ONCE:
            self._leave()

    def close(self) -> None:
        self._leave()
        self._transport.close()

    def _leave(self) -> None:
        parts, self._parts, self._size = self._parts, [], 0
        if parts and not self._transport.is_closing():
            self._transport.write(b"".join(parts))
