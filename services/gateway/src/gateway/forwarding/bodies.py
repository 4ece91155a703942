"""A request's body on its way through: held where it is small, passed on piece by piece where it is not."""

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from kit.errors import TooLarge

HELD = 64 * 1024
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
"""ASGI's."""


class ClientGone(Exception):  # noqa: N818
    """The client closed its connection before its request was complete."""


class RequestBody:
    """``length``: the declared one, in bytes; ``limit``: the most that is taken.

    ``fault`` keeps what stopped a body on its way, because the HTTP client that reads from here wraps it.
    """

    def __init__(self, receive: Receive, *, length: int | None, chunked: bool, limit: int) -> None:
        self._receive = receive
        self._length = length
        self._limit = limit
        self._chunked = chunked
        self.fault: TooLarge | ClientGone | None = None

    async def content(self) -> bytes | AsyncIterator[bytes] | None:
        """What to send on; raises TooLarge where the declared length is already too much."""
        if self._length is not None and self._length > self._limit:
            raise self._too_large()
        if self._chunked or (self._length or 0) > HELD:
            return self._pieces()
        if not self._length:
            return None
        return b"".join([piece async for piece in self._pieces()])

    async def _pieces(self) -> AsyncIterator[bytes]:
        taken, more = 0, True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.fault = ClientGone()
                raise self.fault
            piece, more = message.get("body", b""), message.get("more_body", False)
            taken += len(piece)
            if taken > self._limit:
                self.fault = self._too_large()
                raise self.fault
            if piece:
                yield piece

    def _too_large(self) -> TooLarge:
        return TooLarge(f"A body may have {self._limit} bytes at most; send less, or several requests.")
