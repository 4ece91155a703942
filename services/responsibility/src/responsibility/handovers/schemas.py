"""What handovers say and are told over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from responsibility.duties.schemas import SubProcessCode
from responsibility.orders.lifecycle import HandoverState
from responsibility.stages.schemas import StageDetail, Told

Reason = Annotated[str, Field(min_length=3, max_length=2000)]


class HandOver(Told):
    pass


class Accept(Told):
    """``from_sub_process`` where several stages hand on to this one; otherwise all that are offered."""

    from_sub_process: SubProcessCode | None = None


class Return(Accept):
    """``checkpoint``: the one of the giving stage that had not been met. ``reason`` is kept sealed."""

    checkpoint: Annotated[str, Field(max_length=120)] | None = None
    reason: Reason


class HandoverOut(BaseModel):
    id: UUID
    order_id: UUID
    from_sub_process: str
    to_sub_process: str
    unit: str
    post: str
    state: HandoverState
    offered_at: datetime
    offered_by: str
    answered_at: datetime | None
    answered_by: str | None
    checkpoint: str | None


class Handed(BaseModel):
    """The stage as it is now, and the handovers that it offered or answered."""

    stage: StageDetail
    handovers: list[HandoverOut]
