"""Sweeps: chunk after chunk until nothing is left, then once a day."""

from datetime import timedelta
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.timers import Timer, Timers, schedule
from survey.privacy.retention.schemas import Kind
from survey.privacy.retention.service import EVERY, SWEEP, sweep

timers = Timers()


@timers.on(SWEEP)
async def sweep_some(session: AsyncSession, due: Timer, context: Context) -> None:
    """``subject`` is the kind; that of a rule's beginning names the rule too and fires once."""
    kind = cast("Kind", due.subject.split(":")[0])
    more = await sweep(session, kind, context=context)
    if more:
        await schedule(session, SWEEP, subject=f"{kind}:{due.id}", due=due.due + timedelta(microseconds=1))
    elif more is not None:
        await schedule(session, SWEEP, subject=kind, due=context.clock.now() + EVERY)
