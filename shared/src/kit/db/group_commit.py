"""Group commit: many small writes share one transaction, and each is answered after its commit.

A flush begins at once where none is under way, and beside one when enough has gathered; it takes all that waits.
There is no timer, so that a lone write waits for nobody and a crowd pays for one sync together.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db.faults import passes
from kit.errors import Unavailable
from kit.telemetry.logs import logger

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
Work = Callable[[AsyncSession, Sequence[Item]], Awaitable[Sequence[Outcome]]]

PLACES = 3
ENOUGH = 12
"""Items that are worth a transaction of their own beside others that are under way."""
MOST = 512
MOST_WAITING = 4_096
ATTEMPTS = 3
PAUSE = 0.05
log = logger("kit.group_commit")


class Overloaded(Unavailable):
    code, title = "overloaded", "Too much at once"

    def __init__(self) -> None:
        super().__init__("More is waiting to be stored than fits; send it again shortly.", headers={"Retry-After": "1"})


class StoreAway(Unavailable):
    """Whether it was stored may not be known: the same write sent again must be the same success."""

    def __init__(self) -> None:
        detail = "The database is busy or away; send the same again shortly."
        super().__init__(detail, headers={"Retry-After": "1"})


class _Group(Generic[Item, Outcome]):
    """The items of one caller: stored together, unless the database refuses them together."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.done: asyncio.Future[list[Outcome | Exception]] = asyncio.get_running_loop().create_future()

    def answer(self, outcomes: list[Outcome | Exception]) -> None:
        if not self.done.done():  # its caller may have gone; what he sent is stored nevertheless
            self.done.set_result(outcomes)


class GroupCommit(Generic[Item, Outcome]):
    """``work`` stores items in the session's transaction and gives each one's outcome at its place.

    It must bear being called again with items that are stored already: a batch that failed is split, so that a
    bad item fails alone, and one whose connection was lost is tried again. ``writing`` opens a transaction that
    is committed when its block ends (``Database.writing``). At most ``most_waiting`` items wait.
    """

    def __init__(
        self,
        writing: Callable[[], AbstractAsyncContextManager[AsyncSession]],
        work: Work[Item, Outcome],
        *,
        places: int = PLACES,
        enough: int = ENOUGH,
        most: int = MOST,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._writing = writing
        self._work = work
        self._places = places
        self._enough = enough
        self._most = most
        self._most_waiting = most_waiting
        self._queue: deque[_Group[Item, Outcome]] = deque()
        self._waiting = 0
        self._flushing: set[asyncio.Task[None]] = set()
        self._busy = 0  # not those tasks: one that found nothing more is among them until the loop turns
        self._closed = False

    async def submit(self, item: Item) -> Outcome:
        """The item's outcome, once it is committed; raises what its storing raised, Overloaded, StoreAway."""
        (outcome,) = await self.submit_all([item])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def submit_all(self, items: Sequence[Item]) -> list[Outcome | Exception]:
        """Each item's outcome, or why it could not be stored, at its place; raises Overloaded."""
        if self._closed or self._waiting + len(items) > self._most_waiting:
            raise Overloaded
        group: _Group[Item, Outcome] = _Group(items)
        self._queue.append(group)
        self._waiting += len(items)
        if not self._busy or (self._busy < self._places and self._waiting >= self._enough):
            self._begin()
        return await group.done

    async def drain(self) -> None:
        """Takes nothing more, and returns when all that waits is stored or refused."""
        self._closed = True
        while self._flushing:
            await asyncio.wait(self._flushing)

    def _begin(self) -> None:
        self._busy += 1
        task = asyncio.create_task(self._flush())
        self._flushing.add(task)
        task.add_done_callback(self._flushing.discard)

    async def _flush(self) -> None:
        try:
            while self._queue:
                await self._flush_next()
        finally:
            self._busy -= 1

    async def _flush_next(self) -> None:
        groups = self._next()
        try:
            await self._store(groups)
        except BaseException:
            for group in groups:
                group.answer([StoreAway() for _ in group.items])
            raise

    def _next(self) -> list[_Group[Item, Outcome]]:
        """Whole groups, the first whatever its size."""
        groups = [self._queue.popleft()]
        size = len(groups[0].items)
        while self._queue and size + len(self._queue[0].items) <= self._most:
            groups.append(self._queue.popleft())
            size += len(groups[-1].items)
        self._waiting -= size
        return groups

    async def _store(self, groups: list[_Group[Item, Outcome]]) -> None:
        items = [item for group in groups for item in group.items]
        outcomes = iter(await self._settled(items))
        for group in groups:
            group.answer([next(outcomes) for _ in group.items])

    async def _settled(self, items: Sequence[Item]) -> Sequence[Outcome | Exception]:
        """All together if possible, else each alone."""
        try:
            return await self._committed(items)
        except Exception as fault:  # noqa: BLE001 - whatever it is, its item's caller is told
            if passes(fault):
                log.warning("batch not stored", items=len(items), error=type(fault).__name__)
                return [StoreAway() for _ in items]
            if len(items) == 1:
                return [fault]
            log.warning("batch split", items=len(items), error=type(fault).__name__)
        return [(await self._settled([item]))[0] for item in items]

    async def _committed(self, items: Sequence[Item]) -> Sequence[Outcome]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self._writing() as session:
                    outcomes = await self._work(session, items)
            except Exception as fault:
                if attempt == ATTEMPTS or not passes(fault):
                    raise
                await asyncio.sleep(PAUSE * attempt)
            else:
                return outcomes
        raise AssertionError
