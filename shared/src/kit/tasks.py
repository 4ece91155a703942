"""Ending background tasks."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any


async def ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancels until each has ended: ``asyncio.wait_for`` of Python 3.11, which libraries use, may swallow one.

    For the end of a task: being cancelled itself meanwhile changes nothing.
    """
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        with suppress(asyncio.CancelledError):
            _, waiting = await asyncio.wait(waiting, timeout=0.5)
