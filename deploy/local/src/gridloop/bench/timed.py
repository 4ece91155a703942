"""A service that says in each answer how long its SQL took: ``X-SQL-Seconds``, as the driver saw it.

``python -m gridloop.bench.timed <service> <port>`` with the service's environment.
"""

import importlib
import sys
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import uvicorn
from asyncpg.prepared_stmt import PreparedStatement
from sqlalchemy import Engine, event

from gridloop.serving import PROTOCOL

spent: ContextVar[list[float] | None] = ContextVar("spent", default=None)


def note(query: Any) -> None:
    """asyncpg tells how long each took that was not prepared: BEGIN, COMMIT, what runs on the connection itself."""
    _add(query.elapsed)


def noting(fetch: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Of prepared statements asyncpg tells nothing; SQLAlchemy prepares all of its own."""

    async def timed(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return await fetch(*given, **named)
        finally:
            _add(time.perf_counter() - began)

    return timed


def listen(engine: Engine) -> None:
    """From now on the engine's new connections tell how long each statement took."""
    PreparedStatement.fetch = noting(PreparedStatement.fetch)  # type: ignore[method-assign, assignment]
    event.listen(engine, "connect", lambda connection, _: connection.driver_connection.add_query_logger(note))


def _add(elapsed: float) -> None:
    if (seconds := spent.get()) is not None:
        seconds.append(elapsed)


class Timed:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        seconds: list[float] = []
        token = spent.set(seconds)

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-sql-seconds", str(sum(seconds)).encode())]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            spent.reset(token)


def main() -> None:
    service, port = sys.argv[1], int(sys.argv[2])
    app = importlib.import_module(f"{service}.app").create_app()
    listen(app.state.runtime.database.engine.sync_engine)
    uvicorn.run(Timed(app), host="127.0.0.1", port=port, http=PROTOCOL, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
