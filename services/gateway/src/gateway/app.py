"""The gateway: one API, one sign-in, for all services."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from gateway.access import endpoints as access
from gateway.access.throttle import Throttle
from gateway.accounts import endpoints as accounts
from gateway.accounts.hashing import Hashing
from gateway.accounts.service import ensure_first_administrator
from gateway.cards import endpoints as cards
from gateway.clients import endpoints as clients
from gateway.clients.service import ensure_operator
from gateway.customers import endpoints as customers
from gateway.demo import endpoints as demo
from gateway.demo.service import DemoClock
from gateway.documents import endpoints as documents
from gateway.documents.service import Documents
from gateway.forwarding.endpoints import ForwardedResources
from gateway.operations import endpoints as operations
from gateway.parts.timers import WaitingParts
from gateway.quality import endpoints as quality
from gateway.settings import Settings
from gateway.tokens import endpoints as tokens
from gateway.upstreams.service import Upstreams
from kit.clock import Clock, ShiftedClock
from kit.http import Runtime, create_service

MIGRATIONS = Path(__file__).parents[2] / "migrations"
SLICES = [access, tokens, accounts, clients, customers, cards, quality, operations, documents]


async def _first_accounts(runtime: Runtime) -> None:
    settings: Any = runtime.settings
    if settings.operator:
        await ensure_operator(runtime.database, settings.operator)
    if settings.first_admin:
        await ensure_first_administrator(
            runtime.database, settings.first_admin, hashing=Hashing(), keyring=runtime.context.keyring
        )


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    slices = [*SLICES, demo] if settings.demo_clock else SLICES
    app = create_service(
        settings,
        name="gateway",
        description="Gridloop: one API over surveys, incidents and responsibilities.",
        migrations=MIGRATIONS,
        routers=[part.router for part in slices],
        clock=clock,
        on_start=[_first_accounts],
    )
    runtime: Runtime = app.state.runtime
    upstreams = Upstreams(settings.peers, runtime.signer, settings)
    upstreams.include(app)
    app.state.upstreams = upstreams
    app.state.documents = Documents(upstreams)
    app.state.hashing = Hashing()
    app.state.throttle = Throttle()
    if isinstance(runtime.clock, ShiftedClock):
        app.state.demo_clock = DemoClock(runtime.clock, runtime.broker, upstreams)
    _forward_the_rest(app, settings)
    _run_beside(app, upstreams)
    return app


def _forward_the_rest(app: FastAPI, settings: Settings) -> None:
    documents.take_over(app)
    state = app.state
    forwarded = ForwardedResources(
        state.upstreams, state.documents, state.runtime.verifier, limit=settings.forward_limit
    )
    app.router.routes.insert(0, forwarded)


def _run_beside(app: FastAPI, upstreams: Upstreams) -> None:
    """Offers waiting parts while the app runs, and closes the connections to the services after it."""
    runtime: Runtime = app.state.runtime
    inner = app.router.lifespan_context
    waiting = WaitingParts(runtime.database, upstreams, runtime.signer, runtime.context.keyring)
    app.state.waiting_parts = waiting

    @asynccontextmanager
    async def lifespan(started: FastAPI) -> AsyncIterator[Any]:
        async with inner(started) as state:
            task = asyncio.create_task(waiting.run()) if runtime.settings.role != "api" else None
            yield state
            if task:
                task.cancel()
                await asyncio.wait([task])
        await upstreams.close()

    app.router.lifespan_context = lifespan
