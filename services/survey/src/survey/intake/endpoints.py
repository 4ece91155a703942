"""``PUT /v1/responses/{id}`` and the batch: phones prove themselves by the invitation in the body."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import ValidationError

from kit.auth import public
from kit.db import WriteSession
from kit.errors import Invalid, Problem
from kit.http import Ctx
from survey.intake import service
from survey.intake.schemas import BatchEntry, BatchIn, BatchResult, BatchTaken, ResponseIn, ResponseTaken
from survey.intake.service import Submission

router = APIRouter(prefix="/v1/responses", tags=["responses"])

Anyone = Annotated[None, Depends(public())]
ONE_RESPONSE = 256 * 1024
ONE_BATCH = 8 * 1024**2


@router.put("/{response_id}", max_body_size=ONE_RESPONSE)
async def put_response(
    response_id: UUID, given: ResponseIn, session: WriteSession, context: Ctx, _: Anyone
) -> ResponseTaken:
    """May be sent again: the same revision and body is the same success, whatever happened to the first answer."""
    (outcome,) = await service.take_in(session, [Submission(response_id, given)], context=context)
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


@router.post("/batch", max_body_size=ONE_BATCH)
async def put_response_batch(batch: BatchIn, session: WriteSession, context: Ctx, _: Anyone) -> BatchTaken:
    """Up to 500 responses, each with its own outcome at its place; a bad one stops no other."""
    read = [_read(raw) for raw in batch.responses]
    good = [Submission(entry.id, entry) for entry in read if isinstance(entry, BatchEntry)]
    taken = iter(await service.take_in(session, good, context=context))
    return BatchTaken(items=[_shown(next(taken) if isinstance(entry, BatchEntry) else entry) for entry in read])


def _read(raw: Any) -> BatchEntry | Problem:
    try:
        return BatchEntry.model_validate(raw)
    except ValidationError as fault:
        errors = [{"pointer": _pointer(one["loc"]), "detail": one["msg"]} for one in fault.errors()]
        return Invalid(f"{len(errors)} fault(s) in this response.", errors=errors)


def _pointer(path: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _shown(outcome: ResponseTaken | Problem) -> BatchResult:
    if isinstance(outcome, Problem):
        return BatchResult(status=outcome.status, problem=outcome.body())
    return BatchResult(status=200, response=outcome)
