"""Every error leaves as RFC 9457 problem+json, validation errors and crashes included."""

from collections.abc import Iterator
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from kit.db.faults import constraint, passes
from kit.errors import Conflict, Invalid, Malformed, NotFound, Problem, TooLarge, Unavailable
from kit.telemetry.logs import logger

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 100
TOO_LARGE = "The body is larger than this route takes; send less, or several requests."
log = logger("kit.http")


class WrongMethod(Problem):
    status, code, title = 405, "method_not_allowed", "Method not allowed"


class Crashed(Problem):
    status, code, title = 500, "internal", "Internal error"


def install(app: FastAPI) -> None:
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    for database in (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError):
        app.add_exception_handler(database, _any)
    app.add_exception_handler(PoolTimeout, _any)
    app.add_exception_handler(Exception, _any)


def response(problem: Problem) -> JSONResponse:
    return JSONResponse(problem.body(), status_code=problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


async def _problem(_: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, Problem)  # noqa: S101  (registered for this class)
    return response(fault)


async def _validation(_: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, RequestValidationError)  # noqa: S101
    return _refused(fault)


def _refused(fault: RequestValidationError) -> JSONResponse:
    errors = [_described(error, fault.body) for error in fault.errors()[:MOST_FAULTS]]
    if any(error["pointer"] == "" and "JSON" in error["detail"] for error in errors):
        return response(Malformed("The body is not valid JSON: " + errors[0]["detail"], errors=errors))
    where = ", ".join(error["pointer"] or "the body" for error in errors[:3])
    return response(Invalid(f"{len(errors)} fault(s) in the input, at {where}.", errors=errors))


def _described(error: dict[str, Any], body: Any) -> dict[str, str]:
    place, *path = error["loc"]
    if error["type"] == "json_invalid":
        return {"pointer": "", "detail": f"JSON decode error: {error.get('ctx', {}).get('error', error['msg'])}"}
    if place == "body" and isinstance(body, dict | list):
        path = list(_within(body, path, missing=error["type"] == "missing"))
    pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
    prefix = "" if place == "body" else f"{place}:"
    return {"pointer": prefix + pointer, "detail": str(error["msg"])}


def _within(body: Any, path: list[Any], *, missing: bool) -> Iterator[Any]:
    """The path without what pydantic puts into it that is no part of the body, such as the chosen type of a union."""
    for place, part in enumerate(path, 1):
        listed = isinstance(body, list) and isinstance(part, int) and part < len(body)
        if listed or (isinstance(body, dict) and part in body):
            body = body[part]
        elif not (missing and place == len(path)):
            continue
        yield part


async def _http(_: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, HTTPException)  # noqa: S101
    return _plain(fault)


def _plain(fault: HTTPException) -> JSONResponse:
    kinds: dict[int, type[Problem]] = {400: Malformed, 404: NotFound, 405: WrongMethod, 413: TooLarge}
    details = {
        404: "There is nothing at this address; the OpenAPI document at /openapi.json lists what there is.",
        413: TOO_LARGE,
    }
    kind = kinds.get(fault.status_code, Malformed)
    return response(kind(details.get(fault.status_code, str(fault.detail)), headers=dict(fault.headers or {})))


def problem_of(fault: Exception) -> Problem:
    """What a caller is told of an error, whoever raised it; what should not have happened is logged."""
    if isinstance(fault, Problem):
        return fault
    if isinstance(fault, (IntegrityError, asyncpg.IntegrityConstraintViolationError)):
        name = constraint(fault)
        log.warning("constraint violated", constraint=name)
        return Conflict(f"A rule of the database forbids this ({name}).", constraint=name)
    if passes(fault):
        log.warning("database away or busy", error=type(fault).__name__)
        return Unavailable("The database is busy or away; try again shortly.", headers={"Retry-After": "1"})
    log.error("unhandled", exc_info=fault)
    return Crashed("Something failed here that should not; it was logged, and nothing was stored.")


async def _any(_: Request, fault: Exception) -> JSONResponse:
    return response(problem_of(fault))


def answer(fault: Exception) -> JSONResponse:
    """What the handlers above make of an error, for who is asked before them."""
    if isinstance(fault, RequestValidationError):
        return _refused(fault)
    if isinstance(fault, HTTPException):
        return _plain(fault)
    return response(problem_of(fault))
