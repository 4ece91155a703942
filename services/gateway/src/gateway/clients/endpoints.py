"""API clients, for administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy import select

from gateway.clients import service
from gateway.clients.models import ApiClient
from gateway.clients.schemas import ClientSecret, ClientShown, NewClient
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.paging import Items, Page, paged

router = APIRouter(prefix="/v1/clients", tags=["clients"])
Administrator = Annotated[Actor, Depends(allow(Role.ADMIN))]


@router.post("", status_code=201)
async def create_client(
    body: NewClient, response: Response, session: WriteSession, actor: Administrator
) -> ClientSecret:
    """Lets a system in; its secret is shown once."""
    made = await service.make(session, body, actor=actor)
    response.headers["Location"] = f"/v1/clients/{made.id}"
    return made


@router.get("")
async def list_clients(session: ReadSession, page: Page, actor: Administrator) -> Items[ClientShown]:
    """The clients of one's unit, ended ones included, oldest first."""
    return await paged(session, actor.scope(select(ApiClient)), page, ApiClient.id, out=ClientShown)


@router.get("/{key}")
async def read_client(key: UUID, session: ReadSession, actor: Administrator) -> ClientShown:
    return service.shown(await service.get(session, key, actor=actor))


@router.post("/{key}/secret")
async def replace_client_secret(key: UUID, session: WriteSession, actor: Administrator) -> ClientSecret:
    """A new secret, shown once; the old one is void at once."""
    return await service.replace_secret(session, key, actor=actor)


@router.delete("/{key}", status_code=204)
async def end_client(key: UUID, session: WriteSession, actor: Administrator) -> None:
    """Shuts a system out for good, with the tokens it holds."""
    await service.end(session, key, actor=actor)
