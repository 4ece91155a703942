"""``/v1/topics/anonymous``: what customers' words are about whom nobody may know."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response, status

from kit.auth import Actor, allow
from kit.db import WriteSession
from survey.anonymous_topics.jobs import GROUP
from survey.anonymous_topics.schemas import AnonymousTopicsIn
from survey.insights.endpoints import READERS
from survey.topics.schemas import TopicsStarted
from survey.topics.service import begin

router = APIRouter(prefix="/v1/topics/anonymous", tags=["topics"])

Reader = Annotated[Actor, Depends(allow(*READERS))]


@router.post("", status_code=status.HTTP_202_ACCEPTED)
async def post_anonymous_topics(
    asked: AnonymousTopicsIn, session: WriteSession, actor: Reader, response: Response
) -> TopicsStarted:
    """Starts a job; the result is found among the topics, numbers in fives, without examples and without scores."""
    job = await begin(session, GROUP, asked, actor=actor)
    response.headers["Location"] = f"/v1/topics/jobs/{job}"
    return TopicsStarted(job=job)
