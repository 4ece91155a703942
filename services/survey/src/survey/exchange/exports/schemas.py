"""Exports over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from survey.contacts.schemas import UnitPath
from survey.questionnaires.definition import Code, Language, SubProcess

Format = Literal["csv", "xlsx", "parquet", "sav"]


class ExportIn(BaseModel):
    """The complete answers to one questionnaire, a row each, all its versions or those named.

    ``period_from`` and ``period_to`` are local days of the service asked about. ``words`` and ``accounts`` are for
    those who may read single answers; the account stands only where the customer agreed. ``language`` is that of
    the labels.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"questionnaire": "after_order", "format": "sav", "period_from": "2026-01-01"}},
    )

    questionnaire: Code
    format: Format = "csv"
    versions: Annotated[list[Annotated[int, Field(ge=1, lt=2**31)]], Field(min_length=1, max_length=100)] | None = None
    period_from: date | None = None
    period_to: date | None = None
    unit: UnitPath | None = None
    sub_process: SubProcess | None = None
    language: Language = "zh-CN"
    scores: bool = True
    words: bool = False
    accounts: bool = False

    @model_validator(mode="after")
    def _period_has_days(self) -> Self:
        if self.period_from and self.period_to and self.period_from > self.period_to:
            raise ValueError("period_from must not be after period_to.")
        return self


class ExportStarted(BaseModel):
    """``job``: its address is in ``Location``; when done its ``result`` names the file."""

    job: UUID


class ExportResult(BaseModel):
    """``size`` in bytes. Nobody but who asked for it may fetch the file."""

    file: str
    rows: int
    size: int
    expires_at: datetime


class CodebookValue(BaseModel):
    value: str | int
    label: str


class CodebookEntry(BaseModel):
    column: str
    kind: str
    measure: str
    label: str
    values: list[CodebookValue]


class Codebook(BaseModel):
    questionnaire: str
    columns: list[CodebookEntry]
