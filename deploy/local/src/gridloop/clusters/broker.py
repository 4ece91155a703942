"""Whether a NATS server can carry the suite's events."""

import asyncio
import contextlib
import time
from urllib.parse import urlsplit

import nats
from nats.aio.client import Client
from nats.errors import Error

from gridloop.errors import MachineError

OLDEST = (2, 12)  # the first with atomic batches
PATIENCE = 60.0
GREETING = b"INFO "


async def check(url: str, patience: float = PATIENCE) -> None:
    """Waits ``patience`` seconds for the server.

    Raises ``MachineError`` when it does not answer, refuses us, is too old or has no JetStream.
    """
    await _greeted(url, patience)
    client = await _signed_in(url)
    try:
        version = client.connected_server_version
        if (version.major, version.minor) < OLDEST:
            raise MachineError(f"NATS {version} is too old: Gridloop needs {OLDEST[0]}.{OLDEST[1]} or newer.")
        await client.jetstream().account_info()
    except Error as error:
        raise MachineError(f"NATS answers, but JetStream does not ({error}): switch it on in its settings.") from error
    finally:
        await client.close()


async def _greeted(url: str, patience: float) -> None:
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or 4222
    deadline = time.monotonic() + patience
    while not await _greets(host, port):
        if time.monotonic() > deadline:
            raise MachineError(f"NATS does not answer at {host}:{port} after {patience:.0f} s: start it.")
        await asyncio.sleep(0.2)


async def _greets(host: str, port: int) -> bool:
    with contextlib.suppress(OSError, TimeoutError):
        reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 2)
        try:
            return await asyncio.wait_for(reader.read(len(GREETING)), 2) == GREETING
        finally:
            writer.close()
    return False


async def _signed_in(url: str) -> Client:
    try:
        return await asyncio.wait_for(nats.connect(url, allow_reconnect=False, error_cb=_silent), 10)
    except (Error, OSError, TimeoutError) as error:
        raise MachineError(f"NATS refuses the user or the password ({error}).") from error


async def _silent(_: Exception) -> None:
    """The error itself is raised."""
