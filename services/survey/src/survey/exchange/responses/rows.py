"""Rows of a file of past answers: each becomes an answer that a phone might have given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from survey.contacts.schemas import Account, Segment, UnitPath
from survey.exchange.imports import cells
from survey.exchange.imports.faults import CellFault
from survey.exchange.imports.headings import Columns
from survey.exchange.imports.sheets import Cell, Line
from survey.exchange.responses.answers import Put, column_of, names, puts
from survey.questionnaires.answers import faults
from survey.questionnaires.definition import Definition, Language, SubProcess

FIXED: Mapping[str, tuple[str, ...]] = {
    "id": ("编号", "答卷编号", "response"),
    "account": ("户号", "客户编号"),
    "occurred_at": ("服务时间", "服务日期", "occurred_on"),
    "received_at": ("收到时间", "收到日期", "answered_at", "received_on"),
    "version": ("问卷版本",),
    "unit": ("单位", "供电单位"),
    "sub_process": ("子流程",),
    "segment": ("客户类别", "客户分类"),
    "language": ("语言",),
}
REQUIRED = ("id", "occurred_at", "unit")
LONGEST_ID = 200
RIGHT = {
    "account": "An account number has 4 to 20 digits.",
    "unit": "A unit is a path such as /city/east/.",
    "sub_process": "A sub-process is a code such as RB-09.",
    "segment": "A segment is a code such as residential: small letters, digits and underscores.",
    "language": "The language is zh-CN or en.",
}


class PastAnswer(BaseModel):
    """``id``: the other system's own. ``received_at``: when it came there."""

    id: str
    questionnaire_id: UUID
    account: Account | None = None
    occurred_at: datetime
    received_at: datetime
    unit: UnitPath
    sub_process: SubProcess | None = None
    segment: Segment | None = None
    language: Language | None = None
    answers: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    id: UUID
    number: int
    definition: Definition
    puts: Mapping[str, Put]


def version(version_id: UUID, number: int, definition: Definition) -> Version:
    return Version(version_id, number, definition, puts(definition))


def known_columns(versions: list[Version]) -> dict[str, tuple[str, ...]]:
    """By their names: the fixed ones and those of every version; a text that names two columns names none."""
    items: dict[str, tuple[str, ...]] = {}
    for one in versions:
        items |= names(one.definition)
    texts = [text for found in items.values() for text in found]
    plain = {name: tuple(text for text in found if texts.count(text) == 1) for name, found in items.items()}
    return {f"answers.{name}": (name, *found) for name, found in plain.items() if name not in FIXED} | dict(FIXED)


class PastRows:
    """Reads rows; without a column ``version`` all answer the newest."""

    def __init__(
        self, columns: Columns, versions: list[Version], *, now: datetime, zone: ZoneInfo, account_digits: int | None
    ) -> None:
        self.columns = columns
        self._versions = {one.number: one for one in versions}
        self._newest = versions[-1]
        self._now, self._zone, self._digits = now, zone, account_digits

    def read(self, line: Line) -> tuple[PastAnswer | None, list[CellFault]]:
        given = self.columns.cells(line)
        values: dict[str, Any] = {}
        answers: dict[str, Any] = {}
        wrong: list[CellFault] = []
        try:
            answered = self._version(given)
        except ValueError as fault:
            return None, [self._fault(line, "version", str(fault))]
        for field, cell in given.items():
            try:
                self._put(field, cell, values, answers, answered)
            except ValueError as fault:
                wrong.append(self._fault(line, field, str(fault)))
        if not wrong:
            wrong = [
                self._fault(line, f"answers.{column_of(one.pointer)}", one.detail)
                for one in faults(answered.definition, answers, complete=False)
            ]
        wrong += [self._fault(line, name, "This cell must not be empty.") for name in REQUIRED if name not in given]
        return (None, wrong) if wrong else self._record(line, answered, values, answers)

    def _version(self, given: Mapping[str, Cell]) -> Version:
        if "version" not in given:
            return self._newest
        number = cells.whole(given["version"])
        if number not in self._versions:
            known = ", ".join(str(one) for one in self._versions)
            raise ValueError(f"The questionnaire has no such version; it has {known}.")
        return self._versions[number]

    def _put(self, field: str, cell: Cell, values: dict[str, Any], answers: dict[str, Any], answered: Version) -> None:
        name = field.removeprefix("answers.")
        if field == name:
            values[field] = self._fixed(field, cell)
        elif name in answered.puts:
            answered.puts[name](answers, cell)
        else:
            raise ValueError(f"Version {answered.number} of the questionnaire has no such item; leave the cell empty.")

    def _fixed(self, field: str, cell: Cell) -> Any:
        if field in {"occurred_at", "received_at"}:
            at = cells.moment(cell, self._zone)
            if at > self._now:
                raise ValueError("This lies in the future; an answer from before is about something before.")
            return at
        if field == "account":
            return cells.digits(cell, length=self._digits)
        text = cells.text(cell)
        if field == "id" and len(text) > LONGEST_ID:
            raise ValueError(f"An id has {LONGEST_ID} characters at most.")
        return text

    def _record(
        self, line: Line, answered: Version, values: dict[str, Any], answers: dict[str, Any]
    ) -> tuple[PastAnswer | None, list[CellFault]]:
        values.setdefault("received_at", values["occurred_at"])
        values.pop("version", None)
        try:
            return PastAnswer(questionnaire_id=answered.id, answers=answers, **values), []
        except ValidationError as fault:
            errors = fault.errors(include_input=False, include_url=False)
            fields = [str(error["loc"][0]) for error in errors]
            return None, [self._fault(line, name, RIGHT.get(name, "This value does not fit.")) for name in fields]

    def _fault(self, line: Line, field: str, detail: str) -> CellFault:
        return CellFault(line.number, self.columns.names.get(field, field.removeprefix("answers.")), detail)
