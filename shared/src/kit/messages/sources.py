"""Where messages come from when there is room for them, and who is told what became of them."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context


@dataclass(frozen=True, slots=True)
class Told:
    """``state``: sent, delivered, delayed, failed, bounced or withdrawn, in business time; ``detail`` says more."""

    key: str
    state: str
    at: datetime
    detail: str | None = None


Source = Callable[[AsyncSession, Context, int], Awaitable[int]]
Handler = Callable[[AsyncSession, Sequence[Told]], Awaitable[None]]
Guard = Callable[[AsyncSession, Context, Collection[str]], Awaitable[set[str]]]


class Messages:
    """A slice's part in sending.

    A *source* is asked for at most so many messages once few wait: a million of them are sealed one batch after
    another, when they are sent, and not all at once. A handler is told, in the transaction that keeps it, what became
    of the messages whose keys begin with its prefix and a colon. A guard is asked, just before they leave, which of
    those messages are still wanted: what it does not name is withdrawn.
    """

    def __init__(self) -> None:
        self.sources: list[Source] = []
        self.handlers: dict[str, Handler] = {}
        self.guards: dict[str, Guard] = {}

    def source(self, source: Source) -> Source:
        self.sources.append(source)
        return source

    def on(self, prefix: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.handlers[prefix] = handler
            return handler

        return register

    def wanted(self, prefix: str) -> Callable[[Guard], Guard]:
        def register(guard: Guard) -> Guard:
            self.guards[prefix] = guard
            return guard

        return register
