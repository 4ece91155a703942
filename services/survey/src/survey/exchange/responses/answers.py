"""From the cells of a row to the answers of a questionnaire, whatever types its items have.

Columns are called as exports call them (``item``, ``item.row``, ``item.option``, ``item.functional``), or by the
item's text in any language. Options and labels may stand as codes or as texts.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from survey.exchange.exports.columns import FEELING_LABELS
from survey.exchange.imports import cells
from survey.exchange.imports.sheets import Cell
from survey.questionnaires.definition import Definition
from survey.questionnaires.items import (
    AnyItem,
    Choice,
    Consent,
    Day,
    KanoPair,
    Matrix,
    MultipleChoice,
    Number,
    Option,
    Recommendation,
    Scaled,
)
from survey.questionnaires.kano import HALVES

SEVERAL = re.compile(r"\s*[;；|、]\s*")
Put = Callable[[dict[str, Any], Cell], None]
"""Puts a cell's value into the answers; raises ValueError with a sentence for what fits no answer."""


def puts(definition: Definition) -> dict[str, Put]:
    """How each column of this questionnaire is read, by the column's name."""
    return {name: put for item in definition.items for name, put in _of(item)}


def names(definition: Definition) -> dict[str, tuple[str, ...]]:
    """What each column may be called beside its own name: the texts of items that have one column."""
    whole = {item.code: tuple(item.text.values()) for item in definition.items}
    return {name: whole.get(name, ()) for name in puts(definition)}


def column_of(pointer: str) -> str:
    """The column that a fault of the answers speaks of: /answers/parts/staff -> parts.staff."""
    steps = [step for step in pointer.removeprefix("/answers/").split("/") if not step.isdigit()]
    return ".".join(steps)


def _of(item: AnyItem) -> Iterator[tuple[str, Put]]:
    if isinstance(item, Matrix):
        yield from ((f"{item.code}.{row.code}", _part(item.code, row.code, _scale(item))) for row in item.rows)
    elif isinstance(item, KanoPair):
        feelings = {text: code for code, texts in FEELING_LABELS.items() for text in (code, *texts.values())}
        for half in HALVES:
            yield f"{item.code}.{half}", _part(item.code, half, lambda cell: _named(cell, feelings))
    elif isinstance(item, Choice):
        yield from _choices(item)
    else:
        yield item.code, _whole(item.code, _reader(item))


def _reader(item: AnyItem) -> Callable[[Cell], Any]:
    if isinstance(item, Scaled):
        return _scale(item)
    if isinstance(item, Recommendation):
        return cells.whole
    if isinstance(item, Number):
        return cells.number
    if isinstance(item, Day):
        return lambda cell: cells.day(cell).isoformat()
    return cells.truth if isinstance(item, Consent) else cells.text


def _choices(item: Choice) -> Iterator[tuple[str, Put]]:
    options = {text: option.code for option in item.options for text in (option.code, *option.text.values())}
    if isinstance(item, MultipleChoice):
        yield item.code, _whole(item.code, lambda cell: _all_named(cell, options))
        yield from ((f"{item.code}.{option.code}", _chosen(item.code, option)) for option in item.options)
    else:
        yield item.code, _whole(item.code, lambda cell: _named(cell, options))
    for option in item.options:
        if option.free_text:
            yield f"{item.code}.{option.code}.text", _whole(f"{item.code}.{option.code}", cells.text)


def _scale(item: Scaled) -> Callable[[Cell], int]:
    labels = {text: int(value) for value, texts in item.labels.items() for text in texts.values()}

    def read(cell: Cell) -> int:
        return labels[cells.text(cell)] if cells.text(cell) in labels else cells.whole(cell)

    return read


def _named(cell: Cell, known: Mapping[str, str]) -> str:
    text = cells.text(cell)
    if text not in known:
        raise ValueError(f"This is none of {', '.join(sorted(set(known.values())))}.")
    return known[text]


def _all_named(cell: Cell, known: Mapping[str, str]) -> list[str]:
    return [_named(one, known) for one in SEVERAL.split(cells.text(cell)) if one]


def _whole(code: str, read: Callable[[Cell], Any]) -> Put:
    def put(answers: dict[str, Any], cell: Cell) -> None:
        answers[code] = read(cell)

    return put


def _part(code: str, part: str, read: Callable[[Cell], Any]) -> Put:
    def put(answers: dict[str, Any], cell: Cell) -> None:
        answers.setdefault(code, {})[part] = read(cell)

    return put


def _chosen(code: str, option: Option) -> Put:
    def put(answers: dict[str, Any], cell: Cell) -> None:
        if cells.truth(cell):
            answers.setdefault(code, []).append(option.code)

    return put
