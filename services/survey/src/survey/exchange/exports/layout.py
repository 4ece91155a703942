"""The columns that every export has beside the answers, and the writer of each format."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, Protocol

from survey.exchange.exports import codebook
from survey.exchange.exports.columns import Column, Value
from survey.exchange.exports.delimited import CsvWriter
from survey.exchange.exports.schemas import Format
from survey.questionnaires.definition import Language, Words

LONGEST_UNIT = 200
FIXED: tuple[tuple[Column, Words], ...] = (
    (Column("response", "text", "", longest=36), {"zh-CN": "答卷", "en": "Response"}),
    (Column("version", "integer", "", measure="ordinal"), {"zh-CN": "问卷版本", "en": "Version of the questionnaire"}),
    (Column("unit", "text", "", longest=LONGEST_UNIT), {"zh-CN": "单位", "en": "Unit"}),
    (Column("sub_process", "text", "", longest=8), {"zh-CN": "子流程", "en": "Sub-process"}),
    (Column("trigger", "text", "", longest=20), {"zh-CN": "触发", "en": "Occasion"}),
    (Column("occurred_on", "day", "", measure="scale"), {"zh-CN": "服务日期", "en": "Day of the service"}),
    (Column("received_on", "day", "", measure="scale"), {"zh-CN": "收到日期", "en": "Day the answer came"}),
    (Column("language", "text", "", longest=8), {"zh-CN": "语言", "en": "Language"}),
    (Column("segment", "text", "", longest=40), {"zh-CN": "客户类别", "en": "Segment of the customer"}),
    (Column("source", "text", "", longest=40), {"zh-CN": "导入来源", "en": "System it was imported from"}),
    (Column("anonymous", "flag", ""), {"zh-CN": "匿名", "en": "Anonymous"}),
)
ACCOUNT: tuple[Column, Words] = (Column("account", "text", "", longest=20), {"zh-CN": "户号", "en": "Account"})
SCORE: Words = {"zh-CN": "得分(1-5):", "en": "Score 1-5: "}
MEDIA: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "sav": "application/x-spss-sav",
}


class Writer(Protocol):
    """Takes rows as they come; memory does not grow with them."""

    def write(self, rows: Iterable[Sequence[Value]]) -> None: ...

    def close(self) -> None:
        """Completes the file and leaves it open."""


def fixed(language: Language, *, accounts: bool) -> list[Column]:
    """Who, where, when."""
    wanted = [*FIXED, *([ACCOUNT] if accounts else [])]
    return [
        Column(one.name, one.kind, words[language], measure=one.measure, longest=one.longest) for one, words in wanted
    ]


def scored(drivers: Iterable[str], language: Language) -> list[Column]:
    """A column per driver, '' being the overall score."""
    return [
        Column(f"score.{name}", "number", f"{SCORE[language]}{name}", measure="scale", decimals=4)
        for name in (driver or "overall" for driver in drivers)
    ]


def writer(kind: Format, file: IO[bytes], columns: Sequence[Column], *, title: str, at: datetime) -> Writer:
    """Each format's own library is loaded only when it is written."""
    headings = [column.name for column in columns]
    if kind == "csv":
        return CsvWriter(file, headings)
    if kind == "xlsx":
        from survey.exchange.exports.workbook import WorkbookWriter

        return WorkbookWriter(file, headings, codebook.rows(columns))
    if kind == "parquet":
        from survey.exchange.exports.parquet import ParquetWriter

        return ParquetWriter(file, columns)
    from survey.exchange.exports.sav import SavWriter

    return SavWriter(file, columns, label=title, at=at)
