"""Grouping words is a job: words are opened in a thread, kept as terms, and forgotten."""

import asyncio
import json
from typing import Any

from kit.context import Context
from kit.jobs import Job, Jobs, Stopped
from survey.topics import service
from survey.topics.schemas import TopicsIn

jobs = Jobs()
GROUP = "topics.group"


@jobs.on(GROUP, heavy=True)
async def group(job: Job, context: Context) -> dict[str, Any]:
    """Stores a ``TopicRun`` under the job's own id."""
    asked = TopicsIn.model_validate(job.payload["asked"])
    texts = await service.gather(job.database, asked, job.payload["unit"], context)
    if not await job.progress(40):
        raise Stopped("before grouping")
    enough = len(texts) >= service.FEWEST
    content = None
    if enough:
        topics, left = await asyncio.to_thread(service.found_topics, texts, asked)
        content = context.keyring.seal(job.id, json.dumps({"topics": topics, "ungrouped": left}))
    row = {
        "id": job.id,
        "parameters": job.payload["asked"],
        "unit": job.payload["unit"],
        "n": len(texts) if enough else 0,
        "digest": service.digest_of(texts),
        "content": content,
        "reason": None if enough else f"Fewer than {service.FEWEST} answers with words.",
        "requested_by": job.payload["requested_by"],
        "created_at": context.clock.now(),
    }
    async with job.database.writing() as session:
        await service.store(session, row)
    return {"topics": str(job.id)}
