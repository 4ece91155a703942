"""Topics of anonymous words over HTTP; they are read like all others."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from survey.contacts.schemas import UnitPath
from survey.questionnaires.definition import SubProcess
from survey.topics.schemas import Day


class AnonymousTopicsIn(BaseModel):
    """Whose words to group, by whole blocks of five. There are no examples: their words are never shown."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"unit": "/city/", "period_from": "2026-01-01", "most_topics": 8}},
    )

    unit: UnitPath | None = None
    sub_process: SubProcess | None = None
    period_from: Day | None = None
    period_to: Day | None = None
    most_topics: Annotated[int, Field(ge=2, le=20)] = 8
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0
