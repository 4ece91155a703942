"""The table of messages: written in the caller's transaction, claimed in batches, settled as their channel said."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, case, column, delete, func, select, text, update, values
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.db.tables import message
from kit.ids import new_id
from kit.messages.channel import Later, Outcome, Refused, Sent

LEASE = "2 minutes"
MOST_ATTEMPTS = 12
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 3600.0


@dataclass(frozen=True, slots=True)
class Draft:
    """One message to be sent; nothing is sent after ``expires_at``. A ``title`` is what an e-mail needs."""

    key: str
    recipient: str
    body: str
    channel: str = "file"
    title: str | None = None
    expires_at: datetime | None = None


async def send(session: AsyncSession, context: Context, *, key: str, recipient: str, body: str, **more: Any) -> None:
    """Queues one message in the caller's transaction; a key already used sends nothing again."""
    await send_many(session, context, [Draft(key, recipient, body, **more)])


async def send_many(session: AsyncSession, context: Context, drafts: Sequence[Draft]) -> None:
    """Queues messages in the caller's transaction, as by ``send``."""
    if drafts:
        rows = [_row(draft, context) for draft in sorted(drafts, key=lambda draft: draft.key)]
        await session.execute(insert(message).on_conflict_do_nothing(index_elements=["key"]), rows)


async def withdraw(session: AsyncSession, keys: Collection[str]) -> int:
    """Takes back what has not left yet; how many."""
    waiting = delete(message).where(message.c.key.in_(sorted(keys)), message.c.state == "waiting")
    return len((await session.execute(waiting.returning(message.c.id))).all())


def _row(draft: Draft, context: Context) -> dict[str, Any]:
    row, keyring = new_id(), context.keyring
    return {
        "id": row,
        "key": draft.key,
        "channel": draft.channel,
        "recipient": keyring.seal(row, draft.recipient),
        "title": keyring.seal(row, draft.title) if draft.title is not None else None,
        "body": keyring.seal(row, draft.body),
        "created_at": context.clock.now(),
        "expires_at": draft.expires_at,
    }


async def claim(session: AsyncSession, channels: Collection[str], most: int) -> list[Any]:
    """Rows that are due, leased: should this process die, another tries them when the lease ends."""
    due = (
        select(message.c.id)
        .where(
            message.c.state == "waiting",
            message.c.retry_at <= func.clock_timestamp(),
            message.c.channel.in_(channels),
        )
        .order_by(message.c.retry_at, message.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    leased = {"retry_at": text(f"clock_timestamp() + interval '{LEASE}'")}
    return [*await session.execute(update(message).where(message.c.id.in_(due)).values(leased).returning(message))]


async def settle(
    session: AsyncSession, outcomes: Sequence[tuple[Any, Outcome]], now: datetime
) -> list[tuple[str, str]]:
    """Keeps what became of each row; gives key and new state of those that are decided."""
    decided = await _settle_sent(session, [(row.id, said) for row, said in outcomes if isinstance(said, Sent)], now)
    for row, outcome in sorted(outcomes, key=lambda pair: pair[0].id):
        if isinstance(outcome, Sent):
            continue
        change = _after(row.attempts + 1, outcome)
        # A receipt may have been quicker than the answer it belongs to: what it said stays.
        waiting = update(message).where(message.c.id == row.id, message.c.state == "waiting")
        kept = (await session.execute(waiting.values(**change).returning(message.c.state))).scalar()
        if kept is not None and kept != "waiting":
            decided.append((row.key, kept))
    return decided


async def _settle_sent(
    session: AsyncSession, sent: Sequence[tuple[UUID, Sent]], now: datetime
) -> list[tuple[str, str]]:
    if not sent:
        return []
    said = values(column("id", Uuid), column("provider_id", Text), name="said").data(
        [(row, one.provider_id) for row, one in sent]
    )
    statement = update(message).where(message.c.id == said.c.id, message.c.state == "waiting")
    kept = {"state": "sent", "sent_at": now, "provider_id": said.c.provider_id, "error": None}
    done = await session.execute(statement.values(**kept, attempts=message.c.attempts + 1).returning(message.c.key))
    return [(key, "sent") for key in done.scalars()]


def _after(attempts: int, outcome: Later | Refused) -> dict[str, Any]:
    if isinstance(outcome, Refused):
        return {"state": "bounced" if outcome.bounced else "failed", "attempts": attempts, "error": outcome.reason}
    if attempts >= MOST_ATTEMPTS:
        return {"state": "failed", "attempts": attempts, "error": outcome.reason}
    return {"attempts": attempts, "error": outcome.reason, "retry_at": _retry_at(attempts, outcome.seconds)}


def _retry_at(attempts: int, seconds: float | None) -> Any:
    """Doubling, spread by up to a tenth so that what failed together does not come back together."""
    pause = max(min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE), seconds or 0.0)
    return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, pause * (1 + func.random() / 10))


async def told(session: AsyncSession, key: str, state: str, at: datetime, *, channel: str) -> bool:
    """What the channel says later became of a message; whether that was news.

    ``delivered`` may still turn out ``bounced``; nothing else follows a final state.
    """
    before = {"delivered": ("waiting", "sent"), "failed": ("waiting", "sent")}
    allowed = before.get(state, ("waiting", "sent", "delivered"))
    statement = update(message).where(message.c.key == key, message.c.channel == channel)
    change = {
        "state": state,
        "delivered_at": at if state == "delivered" else None,
        "sent_at": case((message.c.sent_at.is_(None), at), else_=message.c.sent_at),
    }
    done = await session.execute(statement.where(message.c.state.in_(allowed)).values(**change).returning(message.c.id))
    return done.first() is not None
