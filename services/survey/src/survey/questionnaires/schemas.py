"""Questionnaires over HTTP."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from survey.questionnaires.definition import Code, Definition
from survey.questionnaires.lifecycle import State

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


class QuestionnaireIn(BaseModel):
    """A new draft: the first version of a new code, or the next of one that has no draft."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": EXAMPLE})

    code: Code
    definition: Definition


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
