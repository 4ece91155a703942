"""Imports as jobs."""

from typing import Any

from kit.context import Context
from kit.jobs import Job, Jobs
from survey.exchange.contacts.service import Contacts
from survey.exchange.imports.service import run
from survey.exchange.responses.service import PastAnswers

jobs = Jobs()


@jobs.on("contacts.import", heavy=True)
async def import_contacts(job: Job, context: Context) -> dict[str, Any]:
    return await run(job, context, Contacts)


@jobs.on("responses.import", heavy=True)
async def import_responses(job: Job, context: Context) -> dict[str, Any]:
    return await run(job, context, PastAnswers)
