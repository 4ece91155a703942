"""Responses as they are read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel


class ScoreOut(BaseModel):
    item: str
    driver: str | None
    need: str | None
    sub_process: str | None
    score: float
    low: bool


class ResponseOut(BaseModel):
    """A complete answer with its words. ``account`` and ``trigger_id`` only where the customer agreed."""

    id: UUID
    questionnaire: str
    version: int
    unit: str
    sub_process: str | None
    occurred_at: datetime
    received_at: datetime
    may_contact: bool
    unit_may_know: bool
    answers: dict[str, Any]
    scores: list[ScoreOut]
    words: dict[str, str]
    account: str | None
    trigger_id: UUID | None
