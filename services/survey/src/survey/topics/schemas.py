"""Topics over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from survey.contacts.schemas import UnitPath
from survey.questionnaires.definition import SubProcess
from survey.topics.coarse import fives
from survey.topics.vocabulary import Language

Fives = Annotated[int, AfterValidator(fives)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class TopicsIn(BaseModel):
    """Whose words to group. ``most_topics`` bounds each language's number; few texts make fewer topics."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"unit": "/city/east/", "period_from": "2026-01-01", "most_topics": 8}},
    )

    unit: UnitPath | None = None
    sub_process: SubProcess | None = None
    period_from: Day | None = None
    period_to: Day | None = None
    most_topics: Annotated[int, Field(ge=2, le=20)] = 8
    examples: Annotated[int, Field(ge=0, le=10)] = 3
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0


class TopicsStarted(BaseModel):
    job: UUID


class MonthOut(BaseModel):
    """``n`` is null where it would be about fewer than five."""

    month: date
    n: int | None


class TopicOut(BaseModel):
    """``n`` texts and their ``share``, in fives; ``mean_score``: see ``formulas`` of the grouping.

    ``examples``: masked, for those who may read words, else null.
    """

    language: Language
    name: str
    terms: list[str]
    n: Fives
    share: float
    months: list[MonthOut]
    mean_score: float | None
    examples: list[str] | None


class TopicRunHead(BaseModel):
    """``n``: texts grouped, in fives.

    ``digest`` names them: the same texts, parameters and seed give the same topics.
    """

    id: UUID
    parameters: dict[str, Any]
    unit: str
    n: Fives
    digest: str
    created_at: datetime


class TopicRunOut(TopicRunHead):
    """``ungrouped``: texts of each language in no topic, in fives. ``topics`` is null with a ``reason`` for too few.

    Days, those of the service, are local to ``time_zone``; ``formulas`` says what each figure is.
    """

    method: str
    formulas: dict[str, str]
    time_zone: str
    steps_of: int
    topics: list[TopicOut] | None
    ungrouped: dict[Language, int]
    reason: str | None
