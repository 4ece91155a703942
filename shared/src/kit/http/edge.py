"""The outermost layer: lineage, timing and security headers, in pure ASGI."""

import json
import re
import time
from dataclasses import replace
from random import getrandbits
from typing import Any

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.errors import TooLarge
from kit.http import problems
from kit.lineage import Lineage, current
from kit.telemetry.logs import logger
from kit.telemetry.metrics import Metrics

TRACEPARENT = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")
CORRELATION = re.compile(r"^[\w.:-]{1,100}$")
QUIET = ("/health/", "/metrics", "/v1/demo/")
SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
CONTENT_TOO_LARGE = 413
PROBLEM_TYPE = problems.MEDIA_TYPE.encode()
PLAIN_REFUSAL = b"Content Too Large"
REFUSAL = json.dumps(TooLarge(problems.TOO_LARGE).body()).encode()
log = logger("kit.http")


class Edge:
    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics
        self._known: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        seen = {"status": 500}
        token = current.set(_lineage(dict(scope["headers"])))

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                if _is_plain_refusal(message):
                    message = _refuse_body(message)
                _add_headers(message)
            elif seen["status"] == CONTENT_TOO_LARGE and message.get("body") == PLAIN_REFUSAL:
                message = {**message, "body": REFUSAL}
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            self._note(scope, seen["status"], time.perf_counter() - began)
            current.reset(token)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        self._histogram(scope["method"], route, status).observe(seconds)
        if not route.startswith(QUIET):
            log.info("request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1))

    def _histogram(self, method: str, route: str, status: int) -> Histogram:
        """Looked up once for each: the registry's own look-up costs more than the observation."""
        key = (method, route, status)
        if key not in self._known:
            self._known[key] = self.metrics.requests.labels(method, route, str(status))
        return self._known[key]


def _lineage(headers: dict[bytes, bytes]) -> Lineage:
    trace = headers.get(b"traceparent", b"").decode("latin-1")
    if not TRACEPARENT.match(trace):
        drawn = f"{getrandbits(192):048x}"
        trace = f"00-{drawn[:32]}-{drawn[32:]}-01"
    lineage = Lineage(traceparent=trace)
    story = headers.get(b"x-correlation-id", b"").decode("latin-1")
    return replace(lineage, correlation=story) if CORRELATION.match(story) else lineage


def _is_plain_refusal(message: Message) -> bool:
    """The framework's body limit answers before any error handler is asked, in plain text."""
    if message["status"] != CONTENT_TOO_LARGE:
        return False
    headers = dict(message.get("headers", []))
    return bytes(headers.get(b"content-type", b"")).startswith(b"text/plain")


def _refuse_body(message: Message) -> Message:
    kept = [pair for pair in message["headers"] if pair[0] not in {b"content-type", b"content-length"}]
    length = str(len(REFUSAL)).encode()
    return {**message, "headers": [*kept, (b"content-type", PROBLEM_TYPE), (b"content-length", length)]}


def _add_headers(message: Message) -> None:
    headers: list[Any] = message.setdefault("headers", [])
    present = {name for name, _ in headers}
    headers.extend(pair for pair in SECURITY_HEADERS if pair[0] not in present)
