"""Follows one case through the services, with the caller's own rights."""

import asyncio
from typing import Any
from uuid import UUID

from gateway.quality.references import references
from gateway.quality.schemas import CaseLoop
from gateway.upstreams.schemas import Part
from gateway.upstreams.service import Upstreams
from kit.errors import Forbidden, NotFound, Unavailable

ABSENT = Part(state="absent")


class CaseNotFound(NotFound):
    code = "case_not_found"


async def loop_of(upstreams: Upstreams, case_id: UUID, *, authorization: str) -> CaseLoop:
    """Raises CaseNotFound, Forbidden, and Unavailable where the case itself cannot be read."""
    trail = await _trail(upstreams, case_id, authorization)
    found = references(trail)
    asked = {
        "invitation": ("/v1/invitations", found.invitation),
        "response": ("/v1/responses", found.response),
        "effect": ("/v1/insights/effects", found.finding),
    }
    answers = await asyncio.gather(*(_part(upstreams, *what, authorization) for what in asked.values()))
    parts = dict(zip(asked, answers, strict=True))
    missing = [f"{name}: {part.state}" for name, part in parts.items() if part.state != "present"]
    return CaseLoop(case_id=case_id, trail=trail, **parts, missing=missing)


async def _trail(upstreams: Upstreams, case_id: UUID, authorization: str) -> dict[str, Any]:
    trail = await upstreams.part("responsibility", f"/v1/cases/{case_id}/trail", authorization=authorization)
    if trail.state == "absent":
        raise CaseNotFound(f"There is no case {case_id} in your unit.")
    if trail.state == "forbidden":
        raise Forbidden("Your roles do not let you read cases.")
    if trail.state == "unavailable":
        raise Unavailable("'cases' cannot be reached at present; try again shortly.", headers={"Retry-After": "2"})
    return dict(trail.data)


async def _part(upstreams: Upstreams, path: str, key: UUID | None, authorization: str) -> Part:
    return await upstreams.part("survey", f"{path}/{key}", authorization=authorization) if key else ABSENT
