"""Asks the services how they are."""

import asyncio

import httpx
from pydantic import ValidationError

from gateway.operations.schemas import ServiceStatus, SuiteStatus
from gateway.upstreams.service import Upstreams

PATIENCE = httpx.Timeout(2.0, connect=1.0)


async def status(upstreams: Upstreams) -> SuiteStatus:
    names = [*upstreams.names, "gateway"]
    found = await asyncio.gather(*(_status_of(upstreams, name) for name in names))
    services = dict(zip(names, found, strict=True))
    return SuiteStatus(ready=all(one.ready for one in found), services=services)


async def _status_of(upstreams: Upstreams, name: str) -> ServiceStatus:
    try:
        answer = await upstreams.client(name).get("/health/ready", timeout=PATIENCE)
        return ServiceStatus.model_validate({"reachable": True} | answer.json())
    except (httpx.HTTPError, ValidationError, ValueError, TypeError):
        return ServiceStatus(reachable=False, ready=False)
