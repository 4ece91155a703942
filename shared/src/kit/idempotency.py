"""Repeating a write safely: the key is kept in the write's own transaction."""

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Request
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db.tables import idempotency
from kit.errors import Conflict, Invalid


class KeyReused(Invalid):
    code, title = "idempotency_key_reused", "The key belongs to another request"


class StillRunning(Conflict):
    code, title = "still_running", "The same request is still running"


class OnceRequest:
    """The caller's ``Idempotency-Key``; without one each request is a new one.

    What is kept (24 hours) is the resource's id, and the endpoint renders it again under the caller's present
    rights. A request that failed keeps nothing.
    """

    def __init__(self, request: Request, key: str | None) -> None:
        self.request = request
        self.key = key

    async def seen(self, session: AsyncSession) -> str | None:
        """The resource made by the same request before. Call first in the endpoint.

        Raises KeyReused (same key, another body) and StillRunning.
        """
        if self.key is None:
            return None
        name = "|".join((*self._identity(), self.key))
        lock = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
        if not (await session.execute(lock, {"name": name})).scalar():
            raise StillRunning("A request with this Idempotency-Key is being handled; ask again in a moment.")
        client, operation = self._identity()
        kept = (
            await session.execute(
                select(idempotency).where(
                    idempotency.c.client == client,
                    idempotency.c.operation == operation,
                    idempotency.c.key == self.key,
                )
            )
        ).one_or_none()
        if kept is None:
            return None
        if kept.fingerprint != await self._fingerprint():
            raise KeyReused("This Idempotency-Key was used with another body; use a new key for a new request.")
        return str(kept.resource)

    async def keep(self, session: AsyncSession, resource: str) -> None:
        """Remembers what this request made, in its own transaction."""
        if self.key is None:
            return
        client, operation = self._identity()
        await session.execute(
            insert(idempotency).values(
                client=client,
                operation=operation,
                key=self.key,
                fingerprint=await self._fingerprint(),
                resource=resource,
            )
        )

    def _identity(self) -> tuple[str, str]:
        actor = self.request.state.actor
        return f"{actor.issuer}:{actor.subject}", f"{self.request.method} {self.request.url.path}"

    async def _fingerprint(self) -> bytes:
        return hashlib.sha256(await self.request.body()).digest()


async def _once(
    request: Request,
    key: Annotated[
        str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")
    ] = None,
) -> OnceRequest:
    return OnceRequest(request, key)


Once = Annotated[OnceRequest, Depends(_once)]
