"""Changing keys as a job."""

from typing import Any

from kit.context import Context
from kit.jobs import Job, Jobs
from survey.privacy.keys.service import rewrap

jobs = Jobs()


@jobs.on("contacts.rewrap")
async def rewrap_keys(job: Job, context: Context) -> dict[str, Any]:
    return await rewrap(job, context)
