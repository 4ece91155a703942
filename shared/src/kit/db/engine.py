"""One service's database: sessions that read, sessions that write, and the one place that commits."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from kit.clock import Clock
from kit.db.group_commit import GroupCommit
from kit.db.rows import RowsStatement, run_later, run_waiting
from kit.db.tables import event

EVENT = RowsStatement(event, (name for name in event.columns.keys() if name not in {"position", "xid"}))  # noqa: SIM118
PENDING = "kit.events"
CLOCK = "kit.clock"
WAKE = "kit.wake"

Wake = Callable[[], Awaitable[None]]


async def _sleep_on() -> None:
    """The relay polls anyway; without NATS nobody is woken."""


class Database:
    """``url`` is ``postgresql+asyncpg://...`` of the application role.

    ``wake`` is called after each commit that wrote events, so that the relay need not wait for its next poll.
    """

    def __init__(self, url: str, clock: Clock, *, pool: int = 10, application: str = "gridloop") -> None:
        self.engine = create_async_engine(
            url,
            pool_size=pool,
            max_overflow=pool,
            pool_timeout=10,
            pool_pre_ping=False,
            hide_parameters=True,  # an error's text is logged: what customers wrote must not stand in it
            connect_args={"server_settings": {"application_name": application}, "timeout": 10},
        )
        self.clock = clock
        self.wake: Wake = _sleep_on
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=True)
        self._groups: dict[object, GroupCommit[Any, Any]] = {}

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction, committed once when the block ends and rolled back when it raises."""
        async with self._sessions() as session:
            session.info[CLOCK] = self.clock
            yield session
            if await self._commit(session):
                await self.wake()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One snapshot; PostgreSQL refuses writes in it."""
        async with self._sessions() as session:
            await session.connection(
                execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            )
            yield session

    def grouped(self, work: Callable[..., Any], **given: Any) -> GroupCommit[Any, Any]:
        """The group commit of this work: made when it is first asked for, drained when the database is closed.

        ``given``: what the work is told beside session and items, the same each time.
        """
        if work not in self._groups:
            self._groups[work] = GroupCommit(self.writing, partial(work, **given))
        return self._groups[work]

    async def answers(self) -> bool:
        """Whether the database can be reached now."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        return True

    async def close(self) -> None:
        for group in self._groups.values():
            await group.drain()
        await self.engine.dispose()

    @staticmethod
    async def _commit(session: AsyncSession) -> bool:
        # Entities first: the unit of work might write the event row before the row it tells of, and two
        # transactions that lock in different orders deadlock.
        if session.new or session.dirty or session.deleted:
            await session.flush()
        rows = session.info.pop(PENDING, [])
        if rows:
            run_later(session, EVENT.sql, *EVENT.columns(rows))
        await run_waiting(session)
        await session.commit()
        return bool(rows)
