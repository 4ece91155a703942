"""API clients: making, finding and ending them."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts.service import check_grant
from gateway.clients.models import ApiClient
from gateway.clients.schemas import ClientSecret, ClientShown, NewClient, OperatorCredentials
from gateway.sessions.secrets import digest_of, new_secret
from gateway.sessions.service import announce_revocation
from kit.auth import EVERYWHERE, Actor, Role
from kit.db import Database
from kit.errors import Conflict, NotFound
from kit.ids import new_id


class ClientIdTaken(Conflict):
    code, title = "client_id_taken", "The client id is taken"


class ClientEnded(Conflict):
    code, title = "client_ended", "The client was ended"


async def find(session: AsyncSession, client_id: str) -> ApiClient | None:
    found: ApiClient | None = await session.scalar(select(ApiClient).where(ApiClient.client_id == client_id))
    return found


async def get(session: AsyncSession, key: UUID, *, actor: Actor) -> ApiClient:
    """Raises NotFound where there is none within the actor's unit."""
    statement = actor.scope(select(ApiClient).where(ApiClient.id == key))
    client: ApiClient | None = await session.scalar(statement)
    if client is None:
        raise NotFound(f"There is no client {key} in your unit.")
    return client


async def make(session: AsyncSession, new: NewClient, *, actor: Actor) -> ClientSecret:
    check_grant(actor, new.roles, new.unit)
    key = new_id()
    client_id = new.client_id or str(key)
    if await find(session, client_id):
        raise ClientIdTaken(f"There is a client '{client_id}' already; choose another id.")
    secret = new_secret()
    client = ApiClient(
        id=key,
        client_id=client_id,
        name=new.name,
        secret=digest_of(secret),
        roles=[*new.roles],
        unit=new.unit,
        created_at=datetime.now(UTC),
    )
    session.add(client)
    await session.flush()
    return ClientSecret(**shown(client).model_dump(), client_secret=secret)


async def replace_secret(session: AsyncSession, key: UUID, *, actor: Actor) -> ClientSecret:
    """A new secret; the old one is void at once, its last access tokens within minutes."""
    client = await get(session, key, actor=actor)
    if client.ended_at is not None:
        raise ClientEnded("This client was ended and gets no new secret; make another client.")
    secret = new_secret()
    client.secret = digest_of(secret)
    return ClientSecret(**shown(client).model_dump(), client_secret=secret)


async def end(session: AsyncSession, key: UUID, *, actor: Actor) -> None:
    """Ends a client for ever, with the tokens it holds."""
    client = await get(session, key, actor=actor)
    if client.ended_at is None:
        client.ended_at = datetime.now(UTC)
        announce_revocation(session, client.id)


def shown(client: ApiClient) -> ClientShown:
    return ClientShown(
        id=client.id,
        client_id=client.client_id,
        name=client.name,
        roles=[Role(role) for role in client.roles],
        unit=client.unit,
        created_at=client.created_at,
        ended_at=client.ended_at,
    )


async def ensure_operator(database: Database, file: Path) -> None:
    """Keeps the operator's own client as ``file`` says it; a new secret in the file replaces the old one."""
    given = OperatorCredentials.model_validate_json(await to_thread.run_sync(file.read_text))
    secret = digest_of(given.client_secret.get_secret_value())
    statement = insert(ApiClient).values(
        id=new_id(),
        client_id=given.client_id,
        name="The operator's own client",
        secret=secret,
        roles=[Role.ADMIN, Role.OPERATOR],
        unit=EVERYWHERE,
        created_at=datetime.now(UTC),
    )
    changed = statement.on_conflict_do_update(index_elements=["client_id"], set_={"secret": secret})
    async with database.writing() as session:
        await session.execute(changed)
