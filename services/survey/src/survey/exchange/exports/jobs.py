"""Exports as jobs."""

from typing import Any

from kit.context import Context
from kit.jobs import Job, Jobs
from survey.exchange.exports.service import run

jobs = Jobs()


@jobs.on("responses.export", heavy=True)
async def export_responses(job: Job, context: Context) -> dict[str, Any]:
    return await run(job, context)
