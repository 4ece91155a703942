"""Looking through a month, one short transaction a day."""

from typing import Any

from kit.context import Context
from kit.jobs import Job, Jobs, Stopped
from survey.honesty import service

jobs = Jobs()
LOOK_THROUGH = "insights.honesty"


@jobs.on(LOOK_THROUGH)
async def look_through(job: Job, context: Context) -> dict[str, Any]:
    """Flags each day's answers anew, then counts the month."""
    month = job.payload["month"]
    first = service.ended(month, context)
    async with job.database.reading() as session:
        numbers, devices = await service.suspects(session, month, context)
    whole = service.days(month, context)
    for place, day in enumerate(whole):
        async with job.database.writing() as session:
            await service.flag_day(session, day, numbers, devices)
        if not await job.progress(90 * (place + 1) // len(whole)):
            raise Stopped(f"after {place + 1} of {len(whole)} days")
    async with job.database.reading() as session:
        found = await service.counted(session, month, context)
    async with job.database.writing() as session:
        await service.keep(session, first, found, at=context.clock.now())
    return {"units": len(found), "flagged": sum(counts.flagged for _, counts in found)}
