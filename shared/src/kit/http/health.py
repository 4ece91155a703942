"""Whether the service lives, and whether it can work."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from kit.auth import public
from kit.db.tables import consumed
from kit.telemetry.metrics import MEDIA_TYPE

router = APIRouter(tags=["health"])
Anyone = Annotated[None, Depends(public())]


class Live(BaseModel):
    service: str


class Ready(BaseModel):
    """``missing`` names what is not there; ``degraded`` what works without being whole."""

    ready: bool
    missing: list[str]
    degraded: list[str]


@router.get("/health/live")
async def health_live(request: Request, _: Anyone) -> Live:
    return Live(service=request.app.state.runtime.service)


@router.get("/health/ready", responses={503: {"model": Ready}})
async def health_ready(request: Request, response: Response, _: Anyone) -> Ready:
    """The database is needed; without the broker events are late, and nothing is lost."""
    runtime = request.app.state.runtime
    missing, degraded = [], []
    try:
        async with runtime.database.reading() as session:
            halted = (await session.execute(select(consumed).where(consumed.c.halted.is_not(None)))).all()
        degraded += [f"reader of {row.stream}: {row.halted}" for row in halted]
    except (SQLAlchemyError, OSError, TimeoutError):
        missing.append("database")
    if not runtime.broker.connected:
        degraded.append("broker")
    if missing:
        response.status_code = 503
    return Ready(ready=not missing, missing=missing, degraded=degraded)


@router.get("/metrics", response_class=Response)
async def metrics(request: Request, _: Anyone) -> Response:
    """OpenMetrics."""
    return Response(request.app.state.runtime.metrics.exposition(), media_type=MEDIA_TYPE)
