"""``/v1/topics``: what customers' own words are about."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit import jobs
from kit.auth import Actor, Role, allow
from kit.context import Context
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.paging import Items, Page, paged
from survey.insights.endpoints import READERS
from survey.published.disclosure import SMALLEST_SHOWN
from survey.settings import settings_of
from survey.topics import service
from survey.topics.jobs import GROUP
from survey.topics.models import TopicRun
from survey.topics.schemas import MonthOut, TopicOut, TopicRunHead, TopicRunOut, TopicsIn, TopicsStarted

router = APIRouter(prefix="/v1/topics", tags=["topics"])

Reader = Annotated[Actor, Depends(allow(*READERS))]
WORDS_READERS = (Role.AGENT, Role.MANAGER)
METHOD = "TF-IDF of terms, non-negative matrix factorisation; a text belongs to the part that explains most of it"


FORMULAS = {
    "n": "answers whose words explain most by this topic, down to whole fives",
    "share": "n / answers with words in the topic's language, both in fives",
    "months": "n by the month of the service; null where it would be about one to four",
    "mean_score": (
        "mean of the overall scores on 1..5 of the topic's answers that gave one, in steps of what five of them can "
        "move it by (20 / their number in fives); null under five"
    ),
}


@router.post("", status_code=status.HTTP_202_ACCEPTED)
async def post_topics(asked: TopicsIn, session: WriteSession, actor: Reader, response: Response) -> TopicsStarted:
    """Starts a job that groups customers' words by topic; the result is found under the job's id."""
    job = await service.begin(session, GROUP, asked, actor=actor)
    response.headers["Location"] = f"/v1/topics/jobs/{job}"
    return TopicsStarted(job=job)


@router.get("")
async def list_topics(session: ReadSession, actor: Reader, page: Page) -> Items[TopicRunHead]:
    """Groupings that were made, oldest first."""
    statement = actor.scope(select(TopicRun))
    return await paged(session, statement, page, TopicRun.created_at, TopicRun.id, out=TopicRunHead)


@router.get("/{run_id}")
async def get_topics(run_id: UUID, session: ReadSession, context: Ctx, actor: Reader) -> TopicRunOut:
    """Topics with their terms, numbers and months; masked examples for those who may read customers' words."""
    found = await service.find(session, run_id, actor=actor)
    content = json.loads(context.keyring.open(found.id, found.content)) if found.content else None
    most = found.parameters["examples"] if actor.has(*WORDS_READERS) else None
    named = enumerate(content["topics"]) if content else ()
    topics = [await _topic(session, found, place, one, most, context) for place, one in named]
    head = TopicRunHead.model_validate(found, from_attributes=True).model_dump()
    return TopicRunOut(
        **head,
        method=METHOD,
        formulas=FORMULAS,
        time_zone=settings_of(context).time_zone,
        steps_of=SMALLEST_SHOWN,
        topics=topics if content else None,
        ungrouped=content["ungrouped"] if content else {},
        reason=found.reason,
    )


@router.get("/jobs/{job_id}")
async def get_topics_job(job_id: UUID, session: ReadSession, actor: Reader) -> jobs.JobOut:
    """How far a grouping is."""
    return await jobs.find(session, job_id, actor=actor)


@router.post("/jobs/{job_id}/stop")
async def stop_topics_job(job_id: UUID, session: WriteSession, actor: Reader) -> jobs.JobOut:
    """Asks it to stop at its next step."""
    await jobs.stop(session, job_id, actor=actor)
    return await jobs.find(session, job_id, actor=actor)


async def _topic(
    session: AsyncSession, run: TopicRun, place: int, one: dict[str, Any], most: int | None, context: Context
) -> TopicOut:
    return TopicOut(
        language=one["language"],
        name=" / ".join(one["terms"][:3]),
        terms=one["terms"],
        n=one["n"],
        share=one["share"],
        months=[MonthOut(month=month, n=n) for month, n in one["months"]],
        mean_score=one["mean_score"],
        examples=None if most is None else await service.examples(session, run.id, place, most, context),
    )
