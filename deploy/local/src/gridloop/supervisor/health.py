"""Asks a service whether it is ready, without an HTTP library: the supervisor must start fast."""

import asyncio
import contextlib

PATIENCE = 2.0


async def is_ready(port: int) -> bool:
    """Whether ``GET /health/ready`` on this port of 127.0.0.1 answers 200."""
    with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(PATIENCE):
            return await _status(port) == b"200"
    return False


async def _status(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        line = await reader.readline()
        return line.split()[1] if line.count(b" ") > 1 else b""
    finally:
        writer.close()
