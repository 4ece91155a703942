"""Needs over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from survey.needs.lifecycle import State

RESERVED = ("import", "ranking")


def _not_reserved(code: str) -> str:
    """Paths below ``/v1/needs`` that are no needs."""
    if code in RESERVED:
        raise ValueError(f"A need is called otherwise than {' or '.join(RESERVED)}.")
    return code


Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
NeedCode = Annotated[Code, AfterValidator(_not_reserved)]
MainProcess = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
SubProcess = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-\d{2}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Description = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]+$")]
LANGUAGES: tuple[Literal["zh-CN"], Literal["en"]] = ("zh-CN", "en")
MOST_IMPORTED = 200
EXAMPLE: dict[str, Any] = {
    "name": {"zh-CN": "快速复电", "en": "Quick restoration"},
    "description": {"zh-CN": "停电后尽快恢复供电。", "en": "Supply is back soon after it failed."},
    "main_processes": ["OR"],
    "sub_processes": ["OR-04", "OR-05"],
}


class NeedDefinition(BaseModel):
    """What customers need, in both languages, and the processes of the catalogue that it hangs on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": EXAMPLE})

    name: dict[Literal["zh-CN", "en"], Name]
    description: dict[Literal["zh-CN", "en"], Description]
    main_processes: Annotated[list[MainProcess], Field(max_length=50)] = []
    sub_processes: Annotated[list[SubProcess], Field(max_length=200)] = []

    @model_validator(mode="after")
    def _in_both_languages(self) -> Self:
        for field, words in (("name", self.name), ("description", self.description)):
            lacking = [language for language in LANGUAGES if language not in words]
            if lacking:
                raise ValueError(f"The {field} lacks its text in {', '.join(lacking)}.")
        for named in (self.main_processes, self.sub_processes):
            if len(set(named)) < len(named):
                raise ValueError("Each process is named once.")
        return self


class NeedIn(NeedDefinition):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"code": "quick_restoration"} | EXAMPLE})

    code: NeedCode


class NeedOut(BaseModel):
    code: str
    version: int
    state: State
    name: dict[str, str]
    description: dict[str, str]
    main_processes: list[str]
    sub_processes: list[str]
    changed_at: datetime

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, row: Any) -> Any:
        """A row keeps what people edit in one column."""
        if isinstance(row, dict):
            return row
        return row.definition | {name: getattr(row, name) for name in ("code", "version", "state", "changed_at")}


class NeedsImport(BaseModel):
    """A set of needs, such as the ready-made one in ``content/needs``."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"needs": [{"code": "quick_restoration"} | EXAMPLE]}}
    )

    needs: Annotated[list[NeedIn], Field(min_length=1, max_length=MOST_IMPORTED)]
    replace: bool = Field(default=False, description="Overwrite needs that say something else; otherwise they are kept")

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        codes = [one.code for one in self.needs]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"Each need is named once; twice there: {', '.join(twice)}.")
        return self


class NeedsImported(BaseModel):
    """Codes by what became of them; ``kept``: they say something else here and were left alone."""

    added: list[str]
    changed: list[str]
    kept: list[str]
    unchanged: list[str]
