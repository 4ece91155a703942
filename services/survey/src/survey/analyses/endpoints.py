"""``/v1/insights/analyses``: what takes longer than a question may."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status
from sqlalchemy import select

from kit import jobs
from kit.auth import Actor, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.paging import Items, Page, paged
from survey.analyses import service
from survey.analyses.jobs import ANALYSE
from survey.analyses.models import Analysis
from survey.analyses.schemas import AnalysisIn, AnalysisOut, AnalysisStarted
from survey.insights.endpoints import READERS
from survey.insights.service import unit_for
from survey.settings import settings_of

router = APIRouter(prefix="/v1/insights", tags=["insights"])

Reader = Annotated[Actor, Depends(allow(*READERS))]


@router.post("/analyses", status_code=status.HTTP_202_ACCEPTED)
async def post_analysis(
    asked: AnalysisIn, session: WriteSession, context: Ctx, actor: Reader, response: Response
) -> AnalysisStarted:
    """Starts a job; the analysis is found under the job's id. Answers that lack an item are left out (listwise)."""
    payload = {
        "asked": asked.model_dump(mode="json"),
        "unit": unit_for(actor, asked.unit),
        "time_zone": settings_of(context).time_zone,
        "requested_by": actor.subject,
    }
    job = await jobs.enqueue(session, ANALYSE, payload, actor=actor)
    response.headers["Location"] = f"/v1/insights/jobs/{job}"
    return AnalysisStarted(job=job)


@router.get("/analyses")
async def list_analyses(session: ReadSession, actor: Reader, page: Page) -> Items[AnalysisOut]:
    """Oldest first."""
    statement = actor.scope(select(Analysis))
    return await paged(session, statement, page, Analysis.created_at, Analysis.id, out=AnalysisOut)


@router.get("/analyses/{analysis_id}")
async def get_analysis(analysis_id: UUID, session: ReadSession, actor: Reader) -> AnalysisOut:
    """A stored result, with all that is needed to compute it again."""
    found = await service.find(session, analysis_id, actor=actor)
    return AnalysisOut.model_validate(found, from_attributes=True)


@router.get("/jobs/{job_id}")
async def get_insights_job(job_id: UUID, session: ReadSession, actor: Reader) -> jobs.JobOut:
    """How far an analysis is."""
    return await jobs.find(session, job_id, actor=actor)


@router.post("/jobs/{job_id}/stop")
async def stop_insights_job(job_id: UUID, session: WriteSession, actor: Reader) -> jobs.JobOut:
    """Asks it to stop at its next step."""
    await jobs.stop(session, job_id, actor=actor)
    return await jobs.find(session, job_id, actor=actor)
