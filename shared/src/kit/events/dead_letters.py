"""Dead letters: list, replay in order, discard."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.db.tables import dead_letter
from kit.errors import Conflict, NotFound
from kit.events.envelope import event_of
from kit.events.handlers import Subscription
from kit.lineage import Lineage, current
from kit.paging import Items, Page, paged

router = APIRouter(prefix="/v1/events/dead", tags=["events"])
DeadLetterKeeper = Annotated[Actor, Depends(allow(Role.OPERATOR, Role.ADMIN))]


class DeadLetterOut(BaseModel):
    id: int
    publisher: str
    stream: str
    sequence: int
    type: str
    subject: str
    error: str
    attempts: int
    parked_at: datetime


class Replayed(BaseModel):
    """``replayed``: how many events of the subject had their effect now, in order."""

    replayed: int


class DeadLetterNotFound(NotFound):
    code = "dead_letter_not_found"


class StillFailing(Conflict):
    code, title = "still_failing", "The event fails again"


@router.get("")
async def list_dead_letters(session: ReadSession, _: DeadLetterKeeper, page: Page) -> Items[DeadLetterOut]:
    """Events that failed here, oldest first."""
    return await paged(session, select(dead_letter), page, dead_letter.c.id, out=DeadLetterOut)


@router.post("/{letter_id}/replay")
async def replay_dead_letter(letter_id: int, request: Request, session: WriteSession, _: DeadLetterKeeper) -> Replayed:
    """Handles this event and all that wait behind it, in one transaction and in their order."""
    letter = await _get(session, letter_id)
    behind = select(dead_letter).where(
        dead_letter.c.publisher == letter.publisher, dead_letter.c.subject == letter.subject
    )
    rows = (await session.execute(behind.order_by(dead_letter.c.stream, dead_letter.c.sequence))).all()
    runtime = request.app.state.runtime
    for row in rows:
        await _handle(session, row, runtime.subscriptions, runtime.context)
        await session.execute(delete(dead_letter).where(dead_letter.c.id == row.id))
    return Replayed(replayed=len(rows))


@router.delete("/{letter_id}", status_code=204)
async def discard_dead_letter(letter_id: int, session: WriteSession, _: DeadLetterKeeper) -> None:
    """Gives this event up; those behind it stay and can be replayed."""
    letter = await _get(session, letter_id)
    await session.execute(delete(dead_letter).where(dead_letter.c.id == letter.id))


async def _get(session: AsyncSession, letter_id: int) -> Any:
    row = (await session.execute(select(dead_letter).where(dead_letter.c.id == letter_id))).one_or_none()
    if row is None:
        raise DeadLetterNotFound(f"There is no dead letter {letter_id}; /v1/events/dead lists those there are.")
    return row


async def _handle(session: AsyncSession, row: Any, known: Sequence[Subscription], context: Any) -> None:
    body = row.envelope
    token = current.set(Lineage(body.get("correlationid"), body["id"], body.get("traceparent")))
    try:
        for subscription in known:
            if (subscription.publisher, subscription.stream) == (row.publisher, row.stream):
                for payload, handler in subscription.handlers.get(row.type, []):
                    await handler(session, event_of(body, payload), context)
    except Exception as fault:
        raise StillFailing(f"Event {row.sequence} of '{row.stream}' fails again: {type(fault).__name__}.") from fault
    finally:
        current.reset(token)
