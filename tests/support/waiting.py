"""Waiting for what happens by itself: bounded, never a bare sleep."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


async def wait_until(found: Callable[[], Awaitable[Any]], seconds: float = 15.0) -> Any:
    """Polls until the answer is true; fails when it does not come in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (answer := await found()):
        assert asyncio.get_running_loop().time() < deadline, f"did not happen within {seconds} s"
        await asyncio.sleep(0.02)
    return answer
