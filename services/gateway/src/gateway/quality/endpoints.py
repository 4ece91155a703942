"""Quality across the services."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from gateway.quality import service
from gateway.quality.schemas import CaseLoop
from gateway.upstreams.service import Services
from kit.auth import Actor, Role, allow

router = APIRouter(prefix="/v1/quality", tags=["quality"])
READERS = (Role.AGENT, Role.AUDITOR, Role.LEADER, Role.MANAGER, Role.OPERATOR, Role.UNIT_HEAD)
Reader = Annotated[Actor, Depends(allow(*READERS))]


@router.get("/cases/{case_id}")
async def follow_case(case_id: UUID, request: Request, upstreams: Services, _: Reader) -> CaseLoop:
    """The loop of one case on one page, as far as the caller may see it; parts missing are named."""
    return await service.loop_of(upstreams, case_id, authorization=request.headers["authorization"])
