"""Rows of a file of contacts: each becomes the push that the customer-service system would have sent."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from survey.contacts.schemas import ContactOfMany
from survey.exchange.imports import cells
from survey.exchange.imports.faults import CellFault
from survey.exchange.imports.headings import Columns
from survey.exchange.imports.sheets import Cell, Line

NAMES: dict[str, tuple[str, ...]] = {
    "account": ("户号", "客户编号", "用户编号", "account number"),
    "source_version": ("版本", "数据版本", "version"),
    "unit": ("单位", "供电单位"),
    "name": ("姓名", "户名", "客户名称", "customer name"),
    "phone": ("电话", "手机", "手机号", "联系电话", "mobile", "telephone"),
    "email": ("邮箱", "电子邮箱", "e-mail"),
    "language": ("语言",),
    "segment": ("客户类别", "客户分类"),
    "opt_out": ("拒绝调查", "退订"),
    "consent": ("同意调查", "同意"),
    "preferred_channel": ("首选渠道", "渠道"),
}
FIELDS: Mapping[str, tuple[str, ...]] = {field: NAMES.get(field, ()) for field in ContactOfMany.model_fields}
REQUIRED = ("account", "consent")
LANGUAGES = {
    "中文": "zh-CN",
    "汉语": "zh-CN",
    "zh": "zh-CN",
    "zh-cn": "zh-CN",
    "英文": "en",
    "英语": "en",
    "english": "en",
}
RIGHT = {
    "account": "An account number has 4 to 20 digits.",
    "source_version": "The version is a whole number from 0 that grows with each change at the source.",
    "unit": "A unit is a path such as /city/east/.",
    "name": "A name has at most 200 characters.",
    "language": "The language is zh-CN or en.",
    "segment": "A segment is a code such as residential: small letters, digits and underscores.",
}
READ: dict[str, Callable[[Cell], Any]] = {
    "phone": cells.phone,
    "opt_out": cells.truth,
    "consent": cells.truth,
    "source_version": cells.whole,
}


class ContactRows:
    """Reads rows; ``version`` stands in where the file has no such column, ``account_digits`` pads numbers."""

    def __init__(self, columns: Columns, *, version: int | None, account_digits: int | None) -> None:
        self.columns = columns
        self._version = version
        self._digits = account_digits

    def read(self, line: Line) -> tuple[ContactOfMany | None, list[CellFault]]:
        """The push, or every fault of the row."""
        given: dict[str, Any] = {} if self._version is None else {"source_version": self._version}
        wrong: list[CellFault] = []
        for field, cell in self.columns.cells(line).items():
            try:
                given[field] = self._value(field, cell)
            except ValueError as fault:
                wrong.append(CellFault(line.number, self.columns.name(field), str(fault)))
        if wrong:
            return None, wrong
        try:
            return ContactOfMany.model_validate(given), []
        except ValidationError as fault:
            return None, [self._fault(line, error) for error in fault.errors(include_input=False, include_url=False)]

    def _value(self, field: str, cell: Cell) -> Any:
        if field == "account":
            return cells.digits(cell, length=self._digits)
        if field == "language":
            word = cells.text(cell)
            return LANGUAGES.get(word.casefold(), word)
        return READ.get(field, cells.text)(cell)

    def _fault(self, line: Line, error: Any) -> CellFault:
        field = str(error["loc"][0]) if error["loc"] else ""
        lacking = "This cell must not be empty." if error["type"] == "missing" else ""
        said = str(error["msg"]).removeprefix("Value error, ")
        return CellFault(line.number, self.columns.name(field), lacking or RIGHT.get(field, said))
