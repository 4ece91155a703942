"""``PUT /v1/responses/{id}`` and the batch: phones prove themselves by the invitation in the body."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import ValidationError

from kit.auth import public
from kit.db.group_commit import GroupCommit
from kit.errors import Invalid, Problem
from kit.http.lean import LeanRoute
from kit.http.problems import problem_of
from kit.lineage import current
from survey.intake import service
from survey.intake.checking import Submission
from survey.intake.schemas import BatchEntry, BatchIn, BatchResult, BatchTaken, ResponseIn, ResponseTaken

router = APIRouter(prefix="/v1/responses", tags=["responses"], route_class=LeanRoute)

ONE_RESPONSE = 256 * 1024
ONE_BATCH = 8 * 1024**2


async def _intake(request: Request) -> GroupCommit[Submission, ResponseTaken | Problem]:
    runtime = request.app.state.runtime
    found: GroupCommit[Submission, ResponseTaken | Problem]
    found = runtime.database.grouped(service.take_in, context=runtime.context)
    return found


Anyone = Annotated[None, Depends(public())]
Intake = Annotated[GroupCommit[Submission, ResponseTaken | Problem], Depends(_intake)]


@router.put("/{response_id}", max_body_size=ONE_RESPONSE)
async def put_response(response_id: UUID, given: ResponseIn, intake: Intake, _: Anyone) -> ResponseTaken:
    """May be sent again: the same revision and body is the same success, whatever happened to the first answer."""
    outcome = await intake.submit(Submission(response_id, given, current.get()))
    assert isinstance(outcome, ResponseTaken)  # noqa: S101  (a Problem was raised)
    return outcome


@router.post("/batch", max_body_size=ONE_BATCH)
async def put_response_batch(batch: BatchIn, intake: Intake, _: Anyone) -> BatchTaken:
    """Up to 500 responses, each with its own outcome at its place; a bad one stops no other."""
    lineage = current.get()
    read = [_read(raw) for raw in batch.responses]
    good = [Submission(entry.id, entry, lineage) for entry in read if not isinstance(entry, Problem)]
    taken = iter(await intake.submit_all(good) if good else ())
    return BatchTaken(items=[_shown(entry if isinstance(entry, Problem) else next(taken)) for entry in read])


def _read(raw: Any) -> BatchEntry | Problem:
    try:
        return BatchEntry.model_validate(raw)
    except ValidationError as fault:
        errors = [{"pointer": _pointer(one["loc"]), "detail": one["msg"]} for one in fault.errors()]
        return Invalid(f"{len(errors)} fault(s) in this response.", errors=errors)


def _pointer(path: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _shown(outcome: ResponseTaken | Exception) -> BatchResult:
    if isinstance(outcome, Exception):
        problem = problem_of(outcome)
        return BatchResult(status=problem.status, problem=problem.body())
    return BatchResult(status=200, response=outcome)
