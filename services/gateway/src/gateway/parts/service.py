"""Gives each owner its part of a customer, and keeps the parts that could not be taken yet."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.parts.answer import Answer
from gateway.parts.models import PendingPart
from gateway.parts.shape import MANY, PATHS, Owner, part_for, pause_after
from gateway.upstreams.service import Upstreams
from kit.auth import Actor
from kit.encryption import Keyring
from kit.errors import Problem
from kit.ids import new_id

LEASE = timedelta(seconds=60)
SECONDS_FOR_MANY = 30.0
AT_ONCE = 20


class RefusedByOwner(Problem):
    """The owner's own problem, passed on: fields are called alike here and there."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.detail)
        self._answer = answer
        self._body = answer.body if isinstance(answer.body, dict) else {}

    @property
    def status(self) -> int:  # type: ignore[override]
        return self._answer.status

    def body(self) -> dict[str, Any]:
        return self._body or super().body()


async def offer(
    upstreams: Upstreams, owner: Owner, account: str, part: Mapping[str, Any], *, authorization: str
) -> Answer:
    path = PATHS[owner].format(account)
    return await _ask(upstreams, owner, "PUT", path, part, authorization=authorization)


async def offer_many(
    upstreams: Upstreams, owner: Owner, parts: Sequence[Mapping[str, Any]], *, authorization: str
) -> Answer:
    """All parts in one call, all or none."""
    body = {"items": parts}
    timeout = httpx.Timeout(SECONDS_FOR_MANY, connect=2.0)
    return await _ask(upstreams, owner, "POST", MANY[owner], body, authorization=authorization, timeout=timeout)


async def _ask(
    upstreams: Upstreams, owner: Owner, method: str, path: str, body: Mapping[str, Any], **given: Any
) -> Answer:
    try:
        answer = await upstreams.ask(owner, method, path, json=body, **given)
        return Answer(answer.status_code, answer.json())
    except (httpx.HTTPError, ValueError):
        return Answer(0)


async def keep(
    session: AsyncSession,
    owner: Owner,
    customers: Sequence[Mapping[str, Any]],
    *,
    keyring: Keyring,
    actor: Actor,
    fault: str,
) -> None:
    """Keeps the owner's parts (of full JSON bodies with ``account``) unless a newer version waits already."""
    rows = [_row(owner, customer, keyring, actor, fault) for customer in customers]
    statement = insert(PendingPart).values(sorted(rows, key=lambda row: str(row["account"])))
    changed = {name: statement.excluded[name] for name in rows[0] if name not in {"account", "owner"}}
    newer = PendingPart.source_version <= statement.excluded.source_version
    await session.execute(
        statement.on_conflict_do_update(index_elements=["account", "owner"], set_=changed, where=newer)
    )


def _row(owner: Owner, customer: Mapping[str, Any], keyring: Keyring, actor: Actor, fault: str) -> dict[str, Any]:
    key = new_id()
    return {
        "id": key,
        "account": customer["account"],
        "owner": owner,
        "unit": customer["unit"],
        "sender_unit": actor.unit,
        "source_version": customer["source_version"],
        "part": keyring.seal(key, json.dumps(part_for(owner, customer))),
        "attempts": 0,
        "retry_at": func.clock_timestamp() + timedelta(seconds=pause_after(0)),
        "fault": fault,
    }


async def forget(session: AsyncSession, owner: Owner, taken: Mapping[str, int]) -> None:
    """Drops parts that wait in versions (by account) that the owner has by now."""
    accounts = sorted(taken)
    waiting = select(PendingPart).where(PendingPart.owner == owner, PendingPart.account.in_(accounts))
    for part in await session.scalars(waiting.order_by(PendingPart.account).with_for_update()):
        if part.source_version <= taken[part.account]:
            await session.delete(part)


async def waiting_for(session: AsyncSession, account: str) -> list[Owner]:
    """The owners that have yet to take a part of this customer."""
    statement = select(PendingPart.owner).where(PendingPart.account == account)
    return [*await session.scalars(statement.order_by(PendingPart.owner))]


async def claim(session: AsyncSession) -> list[PendingPart]:
    """Parts that are due, leased to the caller for a minute."""
    due = select(PendingPart.id).where(PendingPart.retry_at <= func.clock_timestamp())
    chosen = due.order_by(PendingPart.retry_at).limit(AT_ONCE).with_for_update(skip_locked=True)
    leased = {"retry_at": func.clock_timestamp() + LEASE, "attempts": PendingPart.attempts + 1}
    statement = update(PendingPart).where(PendingPart.id.in_(chosen)).values(leased)
    return [*await session.scalars(statement.returning(PendingPart))]


async def settle(session: AsyncSession, key: UUID, attempts: int, answer: Answer) -> None:
    """Drops a part that was taken; the next offer of any other waits longer each time."""
    if answer.taken:
        await session.execute(delete(PendingPart).where(PendingPart.id == key))
        return
    later = func.clock_timestamp() + timedelta(seconds=pause_after(attempts))
    values = {"retry_at": later, "fault": answer.fault}
    await session.execute(update(PendingPart).where(PendingPart.id == key).values(values))
