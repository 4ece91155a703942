"""``/v1/responses/exports``, their codebook, and the jobs of answers."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from kit import jobs
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.idempotency import Once
from survey.exchange.exports import codebook, service
from survey.exchange.exports.delimited import csv_file
from survey.exchange.exports.schemas import Codebook, CodebookEntry, ExportIn, ExportStarted
from survey.exchange.files import service as files
from survey.questionnaires.definition import Code, Language

Exporter = Annotated[Actor, Depends(allow(Role.ANALYST, Role.AGENT, Role.MANAGER))]
Watcher = Annotated[Actor, Depends(allow(Role.ANALYST, Role.AGENT, Role.MANAGER, Role.INTEGRATOR, Role.ADMIN))]

router = APIRouter(prefix="/v1/responses", tags=["responses"])


@router.post("/exports", status_code=202)
async def export_responses(
    given: ExportIn, session: WriteSession, actor: Exporter, once: Once, response: Response
) -> ExportStarted:
    """CSV, XLSX, Parquet or SPSS; the job's result names the file, which is kept for three days."""
    kept = await once.seen(session)
    job_id = UUID(kept) if kept is not None else await service.start(session, given, actor=actor)
    if kept is None:
        await once.keep(session, str(job_id))
    response.headers["Location"] = f"/v1/responses/jobs/{job_id}"
    return ExportStarted(job=job_id)


@router.get("/exports/{file_id}/file", response_class=StreamingResponse)
async def get_export_file(
    file_id: UUID, request: Request, session: ReadSession, context: Ctx, actor: Exporter
) -> StreamingResponse:
    """The file, piece by piece; for nobody but who asked for it."""
    file = await files.find(session, file_id, actor=actor, context=context)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Content-Length": str(file.size)}
    content = files.content(request.app.state.runtime.database, file, context)
    return StreamingResponse(content, media_type=file.media_type, headers=headers)


@router.get("/codebook", response_model=Codebook, responses={200: {"content": {"text/csv": {}}}})
async def get_codebook(
    session: ReadSession,
    context: Ctx,
    _: Exporter,
    questionnaire: Code,
    language: Language = "zh-CN",
    kind: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Codebook | Response:
    """What each column of an export means, over all versions of the questionnaire."""
    columns = await service.columns_of(session, questionnaire, language, context=context)
    if kind == "csv":
        return Response(csv_file(codebook.rows(columns)), media_type="text/csv; charset=utf-8")
    entries = [CodebookEntry.model_validate(entry) for entry in codebook.entries(columns)]
    return Codebook(questionnaire=questionnaire, columns=entries)


@router.get("/jobs/{job_id}")
async def get_response_job(job_id: UUID, session: ReadSession, actor: Watcher) -> jobs.JobOut:
    """How far an import or export of answers is; its ``result`` when done."""
    return await jobs.find(session, job_id, actor=actor)


@router.post("/jobs/{job_id}/stop")
async def stop_response_job(job_id: UUID, session: WriteSession, actor: Watcher) -> jobs.JobOut:
    await jobs.stop(session, job_id, actor=actor)
    return await jobs.find(session, job_id, actor=actor)
