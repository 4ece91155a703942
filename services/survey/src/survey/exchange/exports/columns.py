"""Which columns the answers to a questionnaire come to, over all its versions; whatever types its items have.

An item is one column; a matrix one per row, a multiple choice one per option, a Kano pair one per half. A code
that means something else in another version gets a column of its own there, named by that version.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from survey.questionnaires.definition import Definition, Language, Words
from survey.questionnaires.items import (
    AnyItem,
    Choice,
    Consent,
    Day,
    KanoPair,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Recommendation,
    Scaled,
    ShortText,
    SingleChoice,
)
from survey.questionnaires.kano import FEELINGS, HALVES

Kind = Literal["text", "code", "integer", "number", "day", "flag"]
Measure = Literal["nominal", "ordinal", "scale"]
Value = str | int | float | bool | date | None

LONGEST_WORDS = 16_000
HALF_LABELS: dict[str, Words] = {
    "functional": {"zh-CN": "具备该功能时", "en": "with it"},
    "dysfunctional": {"zh-CN": "不具备该功能时", "en": "without it"},
}
FEELING_LABELS: dict[str, Words] = {
    "like": {"zh-CN": "喜欢", "en": "I like it"},
    "expect": {"zh-CN": "理应如此", "en": "I expect it"},
    "neutral": {"zh-CN": "无所谓", "en": "I am neutral"},
    "live_with": {"zh-CN": "可以忍受", "en": "I can live with it"},
    "dislike": {"zh-CN": "不喜欢", "en": "I dislike it"},
}
YES_NO: dict[int, Words] = {1: {"zh-CN": "是", "en": "yes"}, 0: {"zh-CN": "否", "en": "no"}}


@dataclass(frozen=True, slots=True)
class Column:
    """``values``: what codes and whole numbers mean, in their order. ``longest``: bytes of a text in UTF-8."""

    name: str
    kind: Kind
    label: str
    values: tuple[tuple[str | int, str], ...] = ()
    measure: Measure = "nominal"
    longest: int = 0
    decimals: int = 0

    @property
    def shape(self) -> tuple[Any, ...]:
        """Two columns of one name and one shape are the same column."""
        return self.kind, tuple(code for code, _ in self.values), self.decimals


@dataclass(frozen=True, slots=True)
class Given:
    """One answer as it is stored: ``words`` opened where they may be."""

    answers: Mapping[str, Any]
    words: Mapping[str, str]


Read = Callable[[Given], Value]


@dataclass(frozen=True, slots=True)
class Sheet:
    """``readers``: for each version (by its id) the places of its columns and how each is read."""

    columns: list[Column]
    readers: Mapping[UUID, list[tuple[int, Read]]]

    def cells(self, version: UUID, given: Given) -> list[Value]:
        row: list[Value] = [None] * len(self.columns)
        for place, read in self.readers[version]:
            row[place] = read(given)
        return row


def sheet(
    versions: Iterable[tuple[UUID, int, Definition]], language: Language, *, words: bool, taken: Iterable[str] = ()
) -> Sheet:
    """``versions``: id, number, definition; ``taken``: names that belong to columns beside the answers."""
    columns: list[Column] = []
    places: dict[tuple[str, tuple[Any, ...]], int] = {}
    names = set(taken)
    readers: dict[UUID, list[tuple[int, Read]]] = {}
    for version_id, number, definition in versions:
        mine = readers[version_id] = []
        for column, read in _columns(definition, language, words=words):
            key = (column.name, column.shape)
            if key not in places:
                places[key] = len(columns)
                columns.append(_renamed(column, names, number))
            mine.append((places[key], read))
    return Sheet(columns, readers)


def _renamed(column: Column, names: set[str], version: int) -> Column:
    name = column.name if column.name not in names else f"{column.name}.v{version}"
    names.add(name)
    return Column(name, column.kind, column.label, column.values, column.measure, column.longest, column.decimals)


def _columns(definition: Definition, language: Language, *, words: bool) -> Iterator[tuple[Column, Read]]:
    for item in definition.items:
        yield from _of(item, language, words=words)


def _of(item: AnyItem, language: Language, *, words: bool) -> Iterator[tuple[Column, Read]]:
    label = _in(item.text, language)
    if isinstance(item, Matrix):
        yield from _rows(item, label, language)
    elif isinstance(item, KanoPair):
        yield from _halves(item, label, language)
    elif isinstance(item, Choice):
        yield from _choices(item, label, language, words=words)
    elif not isinstance(item, ShortText | LongText):
        yield _single(item, label, language)
    elif words:
        yield Column(item.code, "text", label, longest=min(4 * item.longest, LONGEST_WORDS)), _words(item.code)


def _single(
    item: Scaled | Recommendation | Number | Day | Consent, label: str, language: Language
) -> tuple[Column, Read]:
    if isinstance(item, Scaled):
        return _scaled(item.code, label, item, language), _whole(item.code)
    if isinstance(item, Recommendation):
        return Column(item.code, "integer", label, measure="ordinal"), _whole(item.code)
    if isinstance(item, Number):
        return Column(item.code, "number", label, measure="scale", decimals=item.decimals), _number(item.code)
    if isinstance(item, Day):
        return Column(item.code, "day", label, measure="scale"), _day(item.code)
    return Column(item.code, "flag", label, _yes_no(language)), _whole(item.code)


def _rows(item: Matrix, label: str, language: Language) -> Iterator[tuple[Column, Read]]:
    for row in item.rows:
        named = f"{label} / {_in(row.text, language)}"
        yield _scaled(f"{item.code}.{row.code}", named, item, language), _part(item.code, row.code)


def _halves(item: KanoPair, label: str, language: Language) -> Iterator[tuple[Column, Read]]:
    for half in HALVES:
        named = f"{label} / {_in(HALF_LABELS[half], language)}"
        yield Column(f"{item.code}.{half}", "code", named, _feelings(language)), _part(item.code, half)


def _choices(item: Choice, label: str, language: Language, *, words: bool) -> Iterator[tuple[Column, Read]]:
    if isinstance(item, SingleChoice):
        values = tuple((option.code, _in(option.text, language)) for option in item.options)
        yield Column(item.code, "code", label, values), _whole(item.code)
    elif isinstance(item, MultipleChoice):
        for option in item.options:
            named = f"{label} / {_in(option.text, language)}"
            yield (
                Column(f"{item.code}.{option.code}", "flag", named, _yes_no(language)),
                _chosen(item.code, option.code),
            )
    for option in item.options if words else ():
        if option.free_text:
            named = f"{label} / {_in(option.text, language)}"
            width = min(4 * item.longest_free_text, LONGEST_WORDS)
            text = Column(f"{item.code}.{option.code}.text", "text", named, longest=width)
            yield text, _words(f"{item.code}.{option.code}")


def _scaled(name: str, label: str, item: Scaled, language: Language) -> Column:
    values = tuple(
        (value, _in(item.labels.get(str(value), {}), language)) for value in range(item.least, item.most + 1)
    )
    return Column(name, "integer", label, tuple((value, text) for value, text in values if text), "ordinal")


def _feelings(language: Language) -> tuple[tuple[str, str], ...]:
    return tuple((feeling, _in(FEELING_LABELS[feeling], language)) for feeling in FEELINGS)


def _yes_no(language: Language) -> tuple[tuple[int, str], ...]:
    return tuple((value, _in(text, language)) for value, text in YES_NO.items())


def _in(text: Words, language: Language) -> str:
    """In this language, or in whichever there is."""
    return text.get(language) or next(iter(text.values()), "")


def _whole(code: str) -> Read:
    return lambda given: given.answers.get(code)


def _part(code: str, part: str) -> Read:
    return lambda given: (given.answers.get(code) or {}).get(part)


def _chosen(code: str, option: str) -> Read:
    def read(given: Given) -> Value:
        chosen = given.answers.get(code)
        return None if chosen is None else option in chosen

    return read


def _number(code: str) -> Read:
    def read(given: Given) -> Value:
        value = given.answers.get(code)
        return None if value is None else float(value)

    return read


def _day(code: str) -> Read:
    def read(given: Given) -> Value:
        value = given.answers.get(code)
        return None if value is None else date.fromisoformat(value)

    return read


def _words(code: str) -> Read:
    return lambda given: given.words.get(code)
