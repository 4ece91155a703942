"""The file channel: one line of JSON a message, synced, for the utility's own systems to take away."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path

from kit.messages.channel import Later, Outcome, Outgoing, Sent


class FileChannel:
    ready = True

    def __init__(self, path: Path) -> None:
        self.path = path

    async def deliver(self, messages: Sequence[Outgoing]) -> list[Outcome]:
        try:
            await asyncio.to_thread(_append, self.path, [_line(message) for message in messages])
        except OSError as fault:
            return [Later(f"file channel: {fault.strerror}") for _ in messages]
        return [Sent() for _ in messages]

    async def close(self) -> None:
        return None


def _line(message: Outgoing) -> str:
    line = {
        "key": message.key,
        "to": message.recipient,
        "text": message.body,
        "created_at": message.created_at.isoformat(),
    }
    if message.title is not None:
        line["title"] = message.title
    return json.dumps(line, ensure_ascii=False)


def _append(path: Path, lines: list[str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
