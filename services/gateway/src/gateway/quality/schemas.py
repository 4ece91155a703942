"""The loop of one case on one page."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.upstreams.schemas import Part


class CaseLoop(BaseModel):
    """From the customer's words to the effect on later customers.

    ``trail``: order, stages, handovers, case, finding, root cause, actions, verification, effect, as
    responsibility tells it. ``response``: the answers, with the words for roles that may read them. ``effect``:
    later customers against earlier ones, as of now.
    """

    case_id: UUID
    trail: dict[str, Any]
    invitation: Part
    response: Part
    effect: Part
    missing: list[str] = Field(description="Parts that could not be shown, and why", examples=[["response: forbidden"]])
