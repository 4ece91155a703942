"""The services' OpenAPI documents, fetched at need and kept for a while."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from gateway.documents.merging import merge
from gateway.documents.open_routes import OpenRoutes
from gateway.upstreams.resources import owner_of, resource_of
from gateway.upstreams.service import Upstreams
from kit.errors import Unavailable
from kit.telemetry.logs import logger

KEPT_SECONDS = 300.0
AGAIN_SECONDS = 2.0
log = logger("gateway.documents")


@dataclass
class _Known:
    document: Mapping[str, Any]
    open_routes: OpenRoutes
    fresh_until: float


class Documents:
    """One per process. A document that is old is used on while its service is away."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams
        self._known: dict[str, _Known] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def open_routes(self, service: str) -> OpenRoutes:
        """Raises Unavailable where the service is away and was never reached before."""
        return (await self._of(service)).open_routes

    async def merged(self, own: Mapping[str, Any]) -> dict[str, Any]:
        """The suite's document; services never reached so far are named in ``x-missing``."""
        names = self._upstreams.names
        found = await asyncio.gather(*map(self._of, names), return_exceptions=True)
        documents = {"gateway": own}
        missing: list[str] = []
        for name, answer in zip(names, found, strict=True):
            if isinstance(answer, _Known):
                documents[name] = answer.document
            elif isinstance(answer, Unavailable):
                missing.append(name)
            else:
                raise answer
        merged = merge(own["info"], documents, _owns)
        return merged | {"x-missing": missing} if missing else merged

    async def _of(self, service: str) -> _Known:
        known = self._known.get(service)
        if known and known.fresh_until > time.monotonic():
            return known
        async with self._locks.setdefault(service, asyncio.Lock()):
            known = self._known.get(service)
            if known is None or known.fresh_until <= time.monotonic():
                known = self._known[service] = await self._fetched(service, known)
            return known

    async def _fetched(self, service: str, old: _Known | None) -> _Known:
        try:
            answer = await self._upstreams.client(service).get("/openapi.json")
            document = answer.raise_for_status().json()
            return _Known(document, OpenRoutes(document), time.monotonic() + KEPT_SECONDS)
        except (httpx.HTTPError, ValueError) as fault:
            log.warning("document not fetched", upstream=service, error=type(fault).__name__)
            if old is None:
                raise Unavailable(
                    "The part of the suite that answers for this is away; try again shortly.",
                    headers={"Retry-After": "2"},
                ) from fault
            return _Known(old.document, old.open_routes, time.monotonic() + AGAIN_SECONDS)


def _owns(service: str, path: str) -> bool:
    resource = resource_of(path)
    return resource is not None and owner_of(resource) == service
