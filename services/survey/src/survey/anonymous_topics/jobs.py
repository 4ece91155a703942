"""Grouping anonymous words: opened in a thread, kept as terms, and forgotten."""

import asyncio
import json
from typing import Any

from kit.context import Context
from kit.jobs import Job, Jobs, Stopped
from survey.anonymous_topics import service
from survey.anonymous_topics.schemas import AnonymousTopicsIn
from survey.topics.service import FEWEST, digest_of, store

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
    enough = len(texts) >= FEWEST
    content = None
    if enough:
        found = await asyncio.to_thread(service.topics_of, texts, asked)
        content = context.keyring.seal(job.id, json.dumps(found))
    row = {
        "id": job.id,
        "parameters": job.payload["asked"] | {"confidentiality": "anonymous", "examples": 0},
        "unit": job.payload["unit"],
        "n": len(texts) if enough else 0,
        "digest": digest_of(texts),
        "content": content,
        "reason": None if enough else f"Fewer than {FEWEST} anonymous answers with words, in whole blocks of five.",
        "requested_by": job.payload["requested_by"],
        "created_at": context.clock.now(),
    }
    async with job.database.writing() as session:
        await store(session, row)
    return {"topics": str(job.id)}
