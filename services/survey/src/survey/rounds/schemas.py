"""Rounds over HTTP."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel


class RoundOut(BaseModel):
    """``wanted``: how many were drawn, null until they are; ``issued`` of them were asked by now.

    ``not_asked`` counts as ``meanwhile`` those whom an opt-out or another campaign took away after the draw.
    """

    id: UUID
    campaign_id: UUID
    number: int
    state: Literal["waiting", "drawn", "planned", "stopped"]
    job_id: UUID
    wanted: int | None
    issued: int
    not_asked: dict[str, int]
    created_at: datetime
    planned_at: datetime | None
