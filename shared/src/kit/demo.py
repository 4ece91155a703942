"""The demonstration's clock: one offset for the suite in NATS KV, moved only forward."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from nats.errors import Error as NatsError
from nats.js.api import DeliverPolicy
from nats.js.errors import Error as JetStreamError
from pydantic import BaseModel
from sqlalchemy import func, select

from kit.auth import Actor, Role, allow
from kit.clock import ShiftedClock
from kit.db import ReadSession
from kit.db.tables import consumed, event, message, published, relay, timer
from kit.events.broker import Broker
from kit.telemetry.logs import logger

BUCKET = "demo"
KEY = "offset"
POLL = 0.2
SILENCE = 5.0
log = logger("kit.demo")
router = APIRouter(prefix="/v1/demo", tags=["demo"])


Asker = Annotated[Actor, Depends(allow(Role.SERVICE))]


class Idle(BaseModel):
    """How far this service is. ``heads``: sequences given, ``consumed``: sequences handled, both by stream."""

    now: datetime
    offset_seconds: float
    heads: dict[str, int]
    unpublished: int
    consumed: dict[str, int]
    due_timers: int
    next_timer: datetime | None
    waiting_messages: int


class ClockFollower:
    """Keeps a ShiftedClock at the suite's offset."""

    def __init__(self, broker: Broker, clock: ShiftedClock) -> None:
        self.broker = broker
        self.clock = clock

    async def run(self) -> None:
        while True:
            with suppress(NatsError, JetStreamError, OSError, TimeoutError, ValueError):
                await self._watch()
            await asyncio.sleep(POLL)

    async def _watch(self) -> None:
        """The offset as it stands, then each as it is stored. A silence ends it: the watch may be one of a server
        that is gone.
        """
        if not self.broker.connected:
            return
        offsets = await self.broker.client.jetstream().subscribe(
            f"$KV.{BUCKET}.{KEY}",
            stream=f"KV_{BUCKET}",
            ordered_consumer=True,
            deliver_policy=DeliverPolicy.LAST,
            inactive_threshold=2 * SILENCE,
        )
        try:
            while True:
                told = await offsets.next_msg(timeout=SILENCE)
                self.clock.offset = max(self.clock.offset, timedelta(microseconds=int(told.data)))
        finally:
            await offsets.unsubscribe()


@router.get("/idle")
async def demo_idle(request: Request, session: ReadSession, _: Asker) -> Idle:
    """Whether anything is still on its way here."""
    runtime = request.app.state.runtime
    now = runtime.context.clock.now()
    streams = (await session.execute(select(published))).all()
    state = (await session.execute(select(relay.c.horizon, relay.c.upto))).one()
    unnumbered = (
        await session.execute(
            select(func.count()).select_from(event).where(event.c.xid >= select(relay.c.horizon).scalar_subquery())
        )
    ).scalar_one()
    due, upcoming = await _timers(session, now)
    return Idle(
        now=now,
        offset_seconds=getattr(runtime.context.clock, "offset", timedelta()).total_seconds(),
        heads={row.stream: row.head for row in streams},
        unpublished=unnumbered + sum(row.head - row.sequence for row in streams) + (state.upto is not None),
        consumed={row.stream: row.sequence for row in (await session.execute(select(consumed))).all()},
        due_timers=due,
        next_timer=upcoming,
        waiting_messages=(
            await session.execute(select(func.count()).select_from(message).where(message.c.state == "waiting"))
        ).scalar_one(),
    )


async def _timers(session: ReadSession, now: datetime) -> tuple[int, datetime | None]:
    due = (await session.execute(select(func.count()).select_from(timer).where(timer.c.due <= now))).scalar_one()
    upcoming = (await session.execute(select(func.min(timer.c.due)).where(timer.c.due > now))).scalar_one()
    return due, upcoming
