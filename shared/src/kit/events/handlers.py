"""Which of a service's functions react to which events."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.contracts.base import Payload, publisher_of

Data = TypeVar("Data", bound=Payload)


@dataclass(frozen=True)
class Event(Generic[Data]):
    """One event as a handler sees it. ``time`` is the business time of the change."""

    id: UUID
    type: str
    subject: str
    publisher: str
    stream: str
    sequence: int
    time: datetime
    data: Data
    unit: str | None = None
    account: str | None = None
    correlation: str | None = None


Handler = Callable[[AsyncSession, Event[Any], Context], Awaitable[None]]


class Consumers:
    """A slice's handlers; ``create_service`` takes one per slice.

    >>> consumers = Consumers()
    >>> @consumers.on(OrderCompleted)
    ... async def invite(session, event, context): ...
    """

    def __init__(self) -> None:
        self.handlers: list[tuple[type[Payload], Handler]] = []

    def on(self, payload: type[Data]) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.handlers.append((payload, handler))
            return handler

        return register


@dataclass(frozen=True)
class Subscription:
    """All of a service's handlers for one stream of one publisher."""

    publisher: str
    stream: str
    handlers: dict[str, list[tuple[type[Payload], Handler]]]


def subscriptions(slices: list[Consumers]) -> list[Subscription]:
    """Groups the handlers of all slices by stream; within one event they run in the order of the slices."""
    found: dict[tuple[str, str], dict[str, list[tuple[type[Payload], Handler]]]] = {}
    for consumers in slices:
        for payload, handler in consumers.handlers:
            place = found.setdefault((publisher_of(payload.type), payload.stream), {})
            place.setdefault(payload.type, []).append((payload, handler))
    return [Subscription(publisher, stream, handlers) for (publisher, stream), handlers in found.items()]
