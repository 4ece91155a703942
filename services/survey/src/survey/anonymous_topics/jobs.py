"""Grouping anonymous words: opened in a thread, kept as terms, and forgotten."""

from functools import partial
from typing import Any

from kit.context import Context
from kit.jobs import Job, Jobs, Stopped
from survey.anonymous_topics import service
from survey.anonymous_topics.schemas import AnonymousTopicsIn
from survey.topics.jobs import keep
from survey.topics.service import FEWEST

jobs = Jobs()
GROUP = "topics.group_anonymous"


@jobs.on(GROUP, heavy=True)
async def group(job: Job, context: Context) -> dict[str, Any]:
    """Stores a ``TopicRun`` under the job's own id."""
    asked = AnonymousTopicsIn.model_validate(job.payload["asked"])
    await service.assign(job.database, context)
    texts = await service.gather(job.database, asked, job.payload["unit"], context)
    if not await job.progress(40):
        raise Stopped("before grouping")
    few = f"Fewer than {FEWEST} anonymous answers with words, in whole blocks of five."
    more = {"confidentiality": "anonymous", "examples": 0}
    return await keep(job, texts, partial(service.topics_of, texts, asked), more, few, context)
