"""The demonstration's clock. Elsewhere these routes do not exist."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gateway.demo.service import DemoClock
from kit.auth import Actor, Role, allow

router = APIRouter(prefix="/v1/demo", tags=["demo"])
Mover = Annotated[Actor, Depends(allow(Role.OPERATOR, Role.ADMIN))]


class Move(BaseModel):
    model_config = ConfigDict(extra="forbid")

    to: AwareDatetime = Field(examples=["2026-03-02T09:00:00+08:00"])


class Moved(BaseModel):
    """``stops``: how often the clock stopped on the way because a timer was due."""

    now: datetime
    stops: int = 0


def _clock(request: Request) -> DemoClock:
    clock: DemoClock = request.app.state.demo_clock
    return clock


Clock = Annotated[DemoClock, Depends(_clock)]


@router.post("/clock")
async def move_clock(body: Move, clock: Clock, _: Mover) -> Moved:
    """Moves business time forward and answers when all that was due by then has happened."""
    stops = await clock.move(body.to)
    return Moved(now=clock.now(), stops=stops)


@router.get("/clock")
async def read_clock(clock: Clock, _: Mover) -> Moved:
    return Moved(now=clock.now())
