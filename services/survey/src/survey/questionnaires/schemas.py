"""Questionnaires over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PlainValidator, WithJsonSchema

from survey.questionnaires.definition import MOST_ANSWERS, Code, Definition
from survey.questionnaires.kano import Category
from survey.questionnaires.lifecycle import State
from survey.questionnaires.scoring import Aspect
from survey.questionnaires.terms import Language

EXAMPLE: dict[str, Any] = {
    "code": "after_order",
    "definition": {
        "title": {"zh-CN": "服务评价", "en": "Our service"},
        "introduction": {"zh-CN": "您的回答会保密。", "en": "Your answer is confidential."},
        "languages": ["zh-CN", "en"],
        "items": [
            {
                "code": "overall",
                "type": "rating",
                "required": True,
                "text": {"zh-CN": "您满意吗？", "en": "How satisfied are you?"},
            },
            {
                "code": "words",
                "type": "text",
                "when": {"<=": [{"var": "overall"}, 2]},
                "text": {"zh-CN": "为什么？", "en": "Why?"},
            },
        ],
    },
}


def _answers(value: Any) -> dict[str, Any]:
    """Only its shape: what each answer may be is the questionnaire's to say."""
    if not isinstance(value, dict) or len(value) > MOST_ANSWERS:
        raise ValueError(f"Answers are an object of at most {MOST_ANSWERS} values by item code.")
    return value


AnswersByItem = Annotated[
    dict[str, Any],
    PlainValidator(_answers),
    WithJsonSchema({"type": "object", "additionalProperties": True, "maxProperties": MOST_ANSWERS}),
]


class QuestionnaireIn(BaseModel):
    """A new draft: the first version of a new code, or the next of one that has no draft.

    Without ``definition`` it begins as a copy of the newest version.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": EXAMPLE})

    code: Code
    definition: Definition | None = None


class QuestionnaireHead(BaseModel):
    id: UUID
    code: str
    version: int
    state: State
    revision: int
    created_at: datetime
    published_at: datetime | None


class QuestionnaireOut(QuestionnaireHead):
    definition: Definition


class TranslationOut(BaseModel):
    """``lacking``: JSON pointers into the definition."""

    language: Language
    complete: bool
    texts: int
    lacking: list[str]


class TranslationsOut(BaseModel):
    languages: list[TranslationOut]


class ChangeOut(BaseModel):
    """``field``: a path, options and rows by their codes; ``language`` is set for a text."""

    field: str
    language: Language | None
    before: Any
    after: Any


class ItemChangeOut(BaseModel):
    """``comparable``: the scale and its scoring are the same, so that a trend may run across the versions."""

    code: str
    comparable: bool
    changes: list[ChangeOut]


class DifferenceOut(BaseModel):
    """``texts``: title, introduction and languages of the whole."""

    texts: list[ChangeOut]
    added: list[str]
    removed: list[str]
    moved: list[str]
    changed: list[ItemChangeOut]


class PreviewIn(BaseModel):
    """Answers so far, as a phone would send them."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"answers": {"overall": 2}, "complete": False}}
    )

    answers: AnswersByItem
    complete: bool = False


class FaultOut(BaseModel):
    pointer: str
    detail: str


class PreviewScore(BaseModel):
    item: str
    driver: str | None
    need: str | None
    sub_process: str | None
    value: float
    low: bool


class PreviewNeed(BaseModel):
    need: str
    aspect: Aspect
    value: float


class PreviewKano(BaseModel):
    need: str
    category: Category


class ReadingOut(BaseModel):
    """``effort``: the CES as given, 1..7. ``needs``: what is said of each, 1..5, or its Kano category (value 0)."""

    scores: list[PreviewScore]
    recommendation: int | None
    effort: int | None
    solved: bool | None
    may_contact: bool
    unit_may_know: bool
    kano: list[PreviewKano]
    needs: list[PreviewNeed]


class PreviewOut(BaseModel):
    """``shown``: items, and rows as ``<item>.<row>``, in their order; ``reading``: what the good answers come to."""

    shown: list[str]
    faults: list[FaultOut]
    reading: ReadingOut
