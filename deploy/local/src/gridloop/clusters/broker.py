"""Whether a NATS server can carry the suite's events."""

import asyncio
import time

import nats
from nats.aio.client import Client
from nats.errors import Error
from nats.js.errors import APIError

from gridloop.errors import MachineError

OLDEST = (2, 12)  # the first with atomic batches
PATIENCE = 60.0


async def check(url: str) -> None:
    """Waits up to a minute. Raises ``MachineError`` when it does not answer, is too old or has no JetStream."""
    client = await _connected(url)
    try:
        version = client.connected_server_version
        if (version.major, version.minor) < OLDEST:
            raise MachineError(f"NATS {version} is too old: Gridloop needs {OLDEST[0]}.{OLDEST[1]} or newer.")
        await client.jetstream().account_info()
    except (APIError, Error) as error:
        raise MachineError(f"NATS answers, but JetStream does not ({error}): switch it on in its settings.") from error
    finally:
        await client.close()


async def _connected(url: str) -> Client:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await nats.connect(url, connect_timeout=2, max_reconnect_attempts=0, allow_reconnect=False)
        except (OSError, Error) as error:
            if time.monotonic() > deadline:
                raise MachineError(f"NATS does not let us in after {PATIENCE:.0f} s: {error}.") from error
        await asyncio.sleep(0.2)
