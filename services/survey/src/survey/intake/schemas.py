"""Responses over HTTP."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from survey.invitations.schemas import TokenText
from survey.questionnaires.schemas import AnswersByItem

MOST_IN_A_BATCH = 500
EXAMPLE: dict[str, Any] = {
    "invitation": "AZLzoAAAcACAAAAAAAAAAQAAAABoAAAA0LQX3mJ1F4xv8y6sYlq8nA",
    "revision": 1,
    "complete": True,
    "answers": {"may_contact": True, "unit_may_know": False, "overall": 2, "words": "抄错表了"},
    "answered_at": "2026-03-02T09:30:00+08:00",
    "language": "zh-CN",
}


Device = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,128}$")]


class ResponseIn(BaseModel):
    """One delivery of an answer. The phone counts ``revision`` up with each change until it is complete.

    ``started_at``: when the first page was seen. ``device``: a salted hash that the page made, the same for each
    answer from one device; it is kept only as a keyed hash, to see many answers from one device.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": EXAMPLE})

    invitation: TokenText
    revision: Annotated[int, Field(ge=1, lt=2**31)]
    complete: bool
    answers: AnswersByItem
    answered_at: AwareDatetime | None = None
    language: Literal["zh-CN", "en"] | None = None
    started_at: AwareDatetime | None = None
    device: Device | None = None


# What is answered was made here and needs no check: as a model it takes four times as long to make.


@dataclass(slots=True)
class ResponseTaken:
    """The same for each delivery of the same revision. ``received_at`` is null where the campaign is anonymous."""

    id: UUID
    revision: int
    complete: bool
    received_at: datetime | None


class BatchIn(BaseModel):
    """Each entry is a ``ResponseIn`` with the ``id`` that a single one has in its path."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"responses": [{"id": "0192f3a0-0000-7000-8000-000000000001"} | EXAMPLE]}},
    )

    responses: Annotated[list[Any], Field(min_length=1, max_length=MOST_IN_A_BATCH)]


class BatchEntry(ResponseIn):
    id: UUID


@dataclass(slots=True)
class BatchResult:
    """One entry's own outcome, at the entry's place: ``response`` where it was taken, else ``problem``."""

    status: int
    response: ResponseTaken | None = None
    problem: dict[str, Any] | None = None


@dataclass(slots=True)
class BatchTaken:
    items: list[BatchResult]
