"""``/v1/contacts/imports`` and their jobs and templates."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from kit import jobs
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from survey.exchange.contacts.template import template
from survey.exchange.exports.delimited import csv_file
from survey.exchange.exports.service import versions_of
from survey.exchange.imports import service
from survey.exchange.imports.schemas import ImportOptions, ImportStarted, PastAnswersOptions
from survey.exchange.responses.template import template as past_template
from survey.questionnaires.definition import Code, Language
from survey.settings import settings_of

LARGEST = 1024**3
"""Bytes of a request's body; the setting ``import_limit`` bounds the file itself."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("text/csv", XLSX, "application/octet-stream")
        },
    }
}

Importer = Annotated[Actor, Depends(allow(Role.INTEGRATOR, Role.ADMIN))]
Options = Annotated[ImportOptions, Query()]
PastOptions = Annotated[PastAnswersOptions, Query()]
Format = Literal["csv", "xlsx"]

router = APIRouter(prefix="/v1/contacts", tags=["contacts"])
past = APIRouter(prefix="/v1/responses", tags=["responses"])


@router.post("/imports", status_code=202, max_body_size=LARGEST, openapi_extra=FILE)
async def import_contacts(
    request: Request, response: Response, context: Ctx, actor: Importer, options: Options
) -> ImportStarted:
    """A CSV (UTF-8 or GB18030; comma, semicolon or tab) or XLSX of contacts, as in the template.

    Nothing is applied unless every row is good; the job tells each fault by row and column.
    """
    return await begin(request, response, "contacts", options, actor=actor, context=context)


@router.get("/import-template", response_class=Response)
async def contact_import_template(
    _: Importer, kind: Annotated[Format, Query(alias="format")] = "csv", language: Language = "zh-CN"
) -> Response:
    """The headings that are understood, with an example row."""
    return as_file(template(language), kind, "contacts")


@router.get("/jobs/{job_id}")
async def get_contact_job(job_id: UUID, session: ReadSession, actor: Importer) -> jobs.JobOut:
    """How far a job of contacts is; its ``result`` when done: outcome, counts, faults by row and column."""
    return await jobs.find(session, job_id, actor=actor)


@router.post("/jobs/{job_id}/stop")
async def stop_contact_job(job_id: UUID, session: WriteSession, actor: Importer) -> jobs.JobOut:
    """An import is stopped while it is checked; once it began to apply it is brought to its end."""
    await jobs.stop(session, job_id, actor=actor)
    return await jobs.find(session, job_id, actor=actor)


@past.post("/imports", status_code=202, max_body_size=LARGEST, openapi_extra=FILE)
async def import_responses(
    request: Request, response: Response, context: Ctx, actor: Importer, options: PastOptions
) -> ImportStarted:
    """A CSV or XLSX of answers from before. They count in all figures, open no case and announce nothing.

    Sent again they change nothing: ``source`` and the row's id say which answer it is.
    """
    # a session of its own: one of the request would be open while the file comes in
    async with request.app.state.runtime.database.reading() as session:
        await versions_of(session, options.questionnaire, None)
    return await begin(request, response, "responses", options, actor=actor, context=context)


@past.get("/import-template", response_class=Response)
async def response_import_template(
    session: ReadSession,
    _: Importer,
    questionnaire: Code,
    kind: Annotated[Format, Query(alias="format")] = "csv",
    language: Language = "zh-CN",
) -> Response:
    """The headings that are understood for the newest version of a questionnaire, with an example row."""
    newest = (await versions_of(session, questionnaire, None))[-1]
    return as_file(past_template(newest.definition, newest.number, language), kind, "responses")


async def begin(
    request: Request, response: Response, kind: str, options: ImportOptions, *, actor: Actor, context: Ctx
) -> ImportStarted:
    """Stores the body piece by piece as it comes, then enqueues."""
    job_id = await service.start(
        request.app.state.runtime.database,
        request.stream(),
        kind,
        options,
        media_type=request.headers.get("content-type", "")[:200],
        limit=settings_of(context).import_limit,
        actor=actor,
        context=context,
    )
    response.headers["Location"] = f"/v1/{kind}/jobs/{job_id}"
    return ImportStarted(job=job_id)


def as_file(rows: list[list[str]], kind: Format, name: str) -> Response:
    from survey.exchange.exports.workbook import xlsx_file

    content, media = (csv_file(rows), CSV) if kind == "csv" else (xlsx_file(rows), XLSX)
    return Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'})
