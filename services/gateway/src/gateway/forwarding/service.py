"""One request passed on to a service, and its answer passed back."""

from dataclasses import dataclass

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ConnectionTimeoutError,
    ServerTimeoutError,
)
from starlette.types import Receive, Scope, Send

from gateway.forwarding.bodies import HELD, ClientGone, RequestBody
from gateway.forwarding.headers import Raw, back, length_of, onward
from gateway.upstreams.service import Upstreams
from kit.errors import Problem, Unavailable
from kit.lineage import current
from kit.telemetry.logs import logger

PIECE = 64 * 1024
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
REPEAT = "Whether it was done is not known: look, or repeat it with an Idempotency-Key."
log = logger("gateway.forwarding")


class ResourceAway(Unavailable):
    code, title = "resource_away", "This part is away at present"

    def __init__(self, resource: str) -> None:
        super().__init__(
            f"'{resource}' cannot be reached at present, the rest of the suite can. Try again in 2 seconds.",
            headers={"Retry-After": "2"},
            resource=resource,
        )


class BrokenOff(Problem):
    status, code, title = 502, "broken_off", "The answer broke off"


class TooSlow(Problem):
    status, code, title = 504, "too_slow", "No answer in time"


@dataclass(frozen=True)
class Forwarding:
    """Where a request goes."""

    service: str
    resource: str


async def forward(
    to: Forwarding, scope: Scope, receive: Receive, send: Send, *, upstreams: Upstreams, limit: int
) -> None:
    """Raises a Problem while nothing was answered yet; afterwards an error can only cut the answer off."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    chunked = any(name == b"transfer-encoding" for name, _ in headers)
    body = RequestBody(receive, length=length_of(headers), chunked=chunked, limit=limit)
    try:
        content = await body.content()
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        async with upstreams.session(to.service).request(
            scope["method"],
            upstreams.url(to.service, target),
            headers=_request_headers(scope),
            data=content,
            allow_redirects=False,
        ) as answer:
            await _pass_back(answer, send, to)
    except ClientGone:
        return
    except (ClientError, TimeoutError) as fault:
        if body.fault is None:
            raise _problem(fault, to, scope) from fault
        if not isinstance(body.fault, ClientGone):
            raise body.fault from fault


def _request_headers(scope: Scope) -> list[tuple[str, str]]:
    client = scope.get("client")
    headers = onward(scope["headers"], client[0] if client else None)
    declared = length_of(scope["headers"])
    if declared and declared > HELD:
        headers.append(("content-length", str(declared)))
    if trace := current.get().traceparent:
        headers = [pair for pair in headers if pair[0] != "traceparent"] + [("traceparent", trace)]
    return headers


async def _pass_back(answer: ClientResponse, send: Send, to: Forwarding) -> None:
    raw: Raw = answer.raw_headers
    length = length_of(raw)
    small = await answer.read() if length is not None and length <= HELD else None
    await send({"type": "http.response.start", "status": answer.status, "headers": back(raw)})
    if small is not None:
        await send({"type": "http.response.body", "body": small})
        return
    try:
        async for piece in answer.content.iter_chunked(PIECE):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    except (ClientError, TimeoutError) as fault:
        # Left incomplete on purpose: the server closes the connection, so that the client notices.
        log.warning("answer broke off", resource=to.resource, error=type(fault).__name__)
        return
    await send({"type": "http.response.body", "body": b""})


def _problem(fault: Exception, to: Forwarding, scope: Scope) -> Problem:
    log.warning("upstream failed", resource=to.resource, upstream=to.service, error=type(fault).__name__)
    if isinstance(fault, (ClientConnectorError, ConnectionTimeoutError)):
        return ResourceAway(to.resource)
    if isinstance(fault, (ServerTimeoutError, TimeoutError)):
        return TooSlow(f"'{to.resource}' did not answer in time. {REPEAT}", resource=to.resource)
    if scope["method"] in REPEATABLE or any(name == b"idempotency-key" for name, _ in scope["headers"]):
        return ResourceAway(to.resource)
    return BrokenOff(f"The answer of '{to.resource}' broke off. {REPEAT}", resource=to.resource)
