"""The loop of one case over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from kit.auth import Actor, Role, allow
from kit.db import ReadSession
from kit.http import Ctx
from responsibility.cases.service import find_case
from responsibility.loop import service
from responsibility.loop.schemas import Trail

LoopReader = Annotated[
    Actor,
    Depends(
        allow(
            Role.AGENT,
            Role.OPERATOR,
            Role.MANAGER,
            Role.UNIT_HEAD,
            Role.LEADER,
            Role.AUDITOR,
            Role.SERVICE,
        )
    ),
]

router = APIRouter(prefix="/v1/cases", tags=["cases"])


@router.get("/{case_id}/trail")
async def get_case_trail(case_id: UUID, session: ReadSession, actor: LoopReader, context: Ctx) -> Trail:
    """Request, order with stages and handovers, case, finding, root cause, actions, verification, effect."""
    case = await find_case(session, case_id, actor=actor)
    return await service.trail(session, case, context=context, actor=actor)
