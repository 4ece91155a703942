"""What a channel is given, and what it says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message in the clear, for as long as its channel holds it. ``key`` stays the same at each attempt."""

    id: UUID
    key: str
    recipient: str
    title: str | None
    body: str
    created_at: datetime

    def __repr__(self) -> str:
        return f"Outgoing({self.id})"  # a traceback must not tell who was written to


@dataclass(frozen=True, slots=True)
class Sent:
    """The next system took it; ``provider_id`` is what it calls it."""

    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """May succeed when tried again, not before ``seconds`` where they are given."""

    reason: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Never again: the message or its recipient is not accepted. ``bounced``: there is no such recipient."""

    reason: str
    bounced: bool = False


Outcome = Sent | Later | Refused


class Channel(Protocol):
    """``ready``: whether it may be given anything now; what waits for it waits."""

    @property
    def ready(self) -> bool: ...

    async def deliver(self, messages: Sequence[Outgoing]) -> list[Outcome]:
        """The outcome of each at its place; raises nothing for what only concerns one of them."""
        ...

    async def close(self) -> None: ...
