"""``/v1/crews``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from sqlalchemy import select

from incident.crews import service
from incident.crews.models import Crew
from incident.crews.schemas import CrewIn, CrewShown
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.paging import Items, Page, paged

router = APIRouter(prefix="/v1/crews", tags=["crews"])

Keeper = Annotated[Actor, Depends(allow(Role.DISPATCHER, Role.OPERATOR, Role.UNIT_HEAD))]
Reader = Annotated[
    Actor, Depends(allow(Role.DISPATCHER, Role.OPERATOR, Role.CREW, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER))
]


@router.put("/{code}", responses={201: {"model": CrewShown}})
async def put_crew(
    session: WriteSession,
    actor: Keeper,
    response: Response,
    code: Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,40}$")],
    sent: CrewIn,
) -> CrewShown:
    crew, is_new = await service.keep(session, code, sent, actor)
    response.status_code = 201 if is_new else 200
    return CrewShown.model_validate(crew)


@router.get("")
async def list_crews(session: ReadSession, actor: Reader, page: Page) -> Items[CrewShown]:
    return await paged(session, actor.scope(select(Crew)), page, Crew.code, out=CrewShown)
