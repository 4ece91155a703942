"""Looking through a month in short transactions: a day's flags in one, its counting in chunks."""

from datetime import datetime
from typing import Any

from kit.context import Context
from kit.jobs import Job, Jobs, Stopped
from survey.honesty import service
from survey.settings import settings_of

jobs = Jobs()
LOOK_THROUGH = "insights.honesty"


@jobs.on(LOOK_THROUGH)
async def look_through(job: Job, context: Context) -> dict[str, Any]:
    """Flags each day's answers anew, counts those without a flag once, then the month."""
    month = job.payload["month"]
    first = service.ended(month, context)
    async with job.database.reading() as session:
        numbers, devices = await service.suspects(session, month, context)
    whole = service.days(month, context)
    for place, day in enumerate(whole):
        async with job.database.writing() as session:
            await service.flag_day(session, day, numbers, devices)
        await _enter(job, day, context, percent=90 * place // len(whole))
        if not await job.progress(90 * (place + 1) // len(whole)):
            raise Stopped(f"after {place + 1} of {len(whole)} days")
    async with job.database.reading() as session:
        found = await service.counted(session, month, context)
    async with job.database.writing() as session:
        await service.keep(session, first, found, at=context.clock.now())
    return {"units": len(found), "flagged": sum(counts.flagged for _, counts in found)}


async def _enter(job: Job, day: tuple[datetime, datetime], context: Context, *, percent: int) -> None:
    more = True
    while more and await job.progress(percent):
        async with job.database.writing() as session:
            more = await service.enter_some(session, *day, settings_of(context).time_zone)
