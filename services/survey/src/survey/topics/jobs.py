"""Grouping words is a job: words are opened in a thread, kept as terms, and forgotten."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from kit.context import Context
from kit.jobs import Job, Jobs, Stopped
from survey.topics import service
from survey.topics.coarse import coarse, fives
from survey.topics.schemas import TopicsIn
from survey.topics.service import Said

jobs = Jobs()
GROUP = "topics.group"


@jobs.on(GROUP, heavy=True)
async def group(job: Job, context: Context) -> dict[str, Any]:
    """Stores a ``TopicRun`` under the job's own id."""
    asked = TopicsIn.model_validate(job.payload["asked"])
    texts = await service.gather(job.database, asked, job.payload["unit"], context)
    if not await job.progress(40):
        raise Stopped("before grouping")
    few = f"Fewer than {service.FEWEST} answers with words."
    return await keep(job, texts, partial(_content, texts, asked), {}, few, context)


async def keep(
    job: Job,
    texts: Sequence[Said],
    grouping: Callable[[], dict[str, Any]],
    more: dict[str, Any],
    few: str,
    context: Context,
) -> dict[str, Any]:
    """Groups the texts in a thread and stores the run, or, of too few, the reason ``few``.

    ``more``: parameters beside those that were asked for.
    """
    enough = len(texts) >= service.FEWEST
    content = await asyncio.to_thread(grouping) if enough else None
    members: list[list[UUID]] = []
    async with job.database.reading() as session:
        for one in content["topics"] if content else ():
            members.append([UUID(member) for member in one.pop("members")])
            one["mean_score"] = await service.mean_scores(session, members[-1])
    row = {
        "id": job.id,
        "parameters": job.payload["asked"] | more,
        "unit": job.payload["unit"],
        "n": len(texts) if enough else 0,
        "digest": service.digest_of(texts),
        "content": context.keyring.seal(job.id, json.dumps(content)) if enough else None,
        "reason": None if enough else few,
        "requested_by": job.payload["requested_by"],
        "created_at": context.clock.now(),
    }
    async with job.database.writing() as session:
        await service.store(session, row, members)
    return {"topics": str(job.id)}


def _content(texts: Sequence[Said], asked: TopicsIn) -> dict[str, Any]:
    topics, left = service.found_topics(texts, asked)
    told = coarse(topics, Counter(text.language for text in texts))
    return {"topics": told, "ungrouped": {language: fives(n) for language, n in left.items()}}
