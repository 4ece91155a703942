"""``/v1/responses/{id}``: the customer's words, for those who may read them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from kit.auth import Actor, Role, allow
from kit.db import ReadSession
from kit.http import Ctx
from survey.responses import service
from survey.responses.schemas import ResponseOut

router = APIRouter(prefix="/v1/responses", tags=["responses"])

WordsReader = Annotated[Actor, Depends(allow(Role.AGENT, Role.MANAGER))]


@router.get("/{response_id}")
async def get_response(response_id: UUID, session: ReadSession, context: Ctx, actor: WordsReader) -> ResponseOut:
    """A complete answer in the actor's unit; the customer is named only as he agreed."""
    return await service.read_response(session, response_id, context=context, actor=actor)
