"""A publisher's log over HTTP: what readers fetch when the broker did not bring it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor, Role, allow
from kit.db import ReadSession
from kit.db.tables import epoch, event, publication, published
from kit.events.envelope import envelope

router = APIRouter(prefix="/v1/events", tags=["events"])
LogReader = Annotated[Actor, Depends(allow(Role.SERVICE, Role.OPERATOR, Role.ADMIN))]


class Epoch(BaseModel):
    epoch: UUID
    heads: dict[str, int]


class Head(BaseModel):
    """``streams``: the highest sequence of each stream. ``epochs``: oldest first, with the heads each began at."""

    epoch: UUID
    streams: dict[str, int]
    epochs: list[Epoch]


class FeedPage(BaseModel):
    """``items``: CloudEvents in the order of their sequence; ``next``: the ``after`` of the next page."""

    items: list[dict[str, Any]]
    next: int | None


@router.get("/head")
async def events_head(session: ReadSession, _: LogReader) -> Head:
    """How far this service's log reaches."""
    return await read_head(session)


@router.get("")
async def list_events(
    session: ReadSession,
    _: LogReader,
    stream: Annotated[str, Query(max_length=100, description="For example survey-responses")],
    after: Annotated[int, Query(ge=0, description="The last sequence already known")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> FeedPage:
    """The log of one stream, oldest first, as far back as it exists."""
    return await read_feed(session, stream, after, limit)


async def read_head(session: AsyncSession) -> Head:
    """The same for readers in the publisher's own service, which need no HTTP."""
    epochs = (await session.execute(select(epoch).order_by(epoch.c.number))).all()
    streams = (await session.execute(select(published.c.stream, published.c.head))).all()
    return Head(
        epoch=epochs[-1].epoch,
        streams={row.stream: row.head for row in streams},
        epochs=[Epoch(epoch=row.epoch, heads=row.heads) for row in epochs],
    )


async def read_feed(session: AsyncSession, stream: str, after: int, limit: int) -> FeedPage:
    present = (await session.execute(select(epoch.c.epoch).order_by(epoch.c.number.desc()).limit(1))).scalar_one()
    statement = (
        select(event, publication.c.sequence)
        .join(publication, event.c.position == publication.c.position)
        .where(publication.c.stream == stream, publication.c.sequence > after)
        .order_by(publication.c.sequence)
        .limit(limit)
    )
    rows = (await session.execute(statement)).mappings().all()
    items = [envelope(dict(row), present, row["sequence"]) for row in rows]
    return FeedPage(items=items, next=rows[-1]["sequence"] if len(rows) == limit else None)
