"""How every service's app is put together."""

import gc
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from kit import demo
from kit.clock import Clock
from kit.context import Context
from kit.db.migrate import check
from kit.events import dead_letters, feed
from kit.events.handlers import Consumers
from kit.http import health, problems
from kit.http.edge import Edge
from kit.http.lean import LeanDispatch
from kit.http.runtime import Parts, Runtime
from kit.jobs import Jobs
from kit.messages import Messages
from kit.settings import ServiceSettings
from kit.telemetry import logs
from kit.timers import Timers

YOUNG_OBJECTS = 10_000
Hook = Callable[[Runtime], Any]


def create_service(
    settings: ServiceSettings,
    *,
    name: str,
    migrations: Path,
    routers: Sequence[APIRouter],
    consumers: Sequence[Consumers] = (),
    timers: Sequence[Timers] = (),
    jobs: Sequence[Jobs] = (),
    messages: Sequence[Messages] = (),
    clock: Clock | None = None,
    description: str = "",
    on_start: Sequence[Hook] = (),
) -> FastAPI:
    """One FastAPI app with its runtime in ``app.state.runtime``.

    At start it refuses a database whose schema is older or newer than ``migrations``. ``on_start`` functions
    are awaited with the runtime once the database fits.
    """
    runtime = Runtime(name, settings, Parts(list(consumers), list(timers), list(jobs), list(messages)), clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        logs.configure(name, settings.log_level)
        await check(settings.database_url.get_secret_value(), migrations)
        for hook in on_start:
            await hook(runtime)
        await runtime.start()
        _spare_the_collector()
        try:
            yield
        finally:
            await runtime.stop()

    app = FastAPI(
        title=f"Gridloop {name}",
        version="1",
        description=description,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        strict_content_type=True,
    )
    app.state.runtime = runtime
    _equip(app, runtime, routers)
    return app


def _equip(app: FastAPI, runtime: Runtime, routers: Sequence[APIRouter]) -> None:
    problems.install(app)
    lean = [route for router in routers for route in router.routes]
    app.add_middleware(LeanDispatch, routes=lean)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=runtime.settings.body_limit)
    app.add_middleware(Edge, metrics=runtime.metrics)
    # dead letters before the feed: its paths are more special
    for router in (*routers, dead_letters.router, feed.router, health.router):
        app.include_router(router)
    if runtime.settings.demo_clock:
        app.include_router(demo.router)


def _spare_the_collector() -> None:
    """What start-up made stays: looking through it again and again costs a tenth of each request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


def _operation_id(route: APIRoute) -> str:
    return route.name


# async, as every dependency here: a plain function would cost a thread's turn at each request
async def _context(request: Request) -> Context:
    context: Context = request.app.state.runtime.context
    return context


Ctx = Annotated[Context, Depends(_context)]
