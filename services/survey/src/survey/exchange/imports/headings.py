"""Which column holds what: headings in Chinese and English, in any order, however they are spaced."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from survey.exchange.imports.faults import CellFault
from survey.exchange.imports.sheets import Cell, Line

SPACING = re.compile(r"[\s_\-:：*（）()]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """``fields``: the field that each column holds, by its place; ``names``: the headings as they stand."""

    fields: Mapping[int, str]
    names: Mapping[str, str]

    def name(self, field: str) -> str:
        """How the file calls a field."""
        return self.names.get(field, field)

    def cells(self, line: Line) -> dict[str, Cell]:
        """The row's cells that are not empty, by field."""
        return {
            field: cell
            for place, field in self.fields.items()
            if place < len(line.cells) and not _is_empty(cell := line.cells[place])
        }


def normal(name: str) -> str:
    return SPACING.sub("", name).casefold()


def columns(
    heading: Line, known: Mapping[str, Iterable[str]], required: Iterable[str]
) -> tuple[Columns, list[CellFault]]:
    """``known``: the names of each field, its own included. Unknown, repeated and missing columns are faults."""
    fields_of = {normal(name): field for field, names in known.items() for name in (field, *names)}
    fields: dict[int, str] = {}
    names: dict[str, str] = {}
    wrong: list[CellFault] = []
    for place, cell in enumerate(heading.cells):
        text = str(cell).strip()
        field = fields_of.get(normal(text))
        if field is None and text:
            wrong.append(CellFault(heading.number, letters(place), "No such column is known; see the template."))
        elif field in names:
            wrong.append(CellFault(heading.number, letters(place), f"The column '{names[field]}' stands here twice."))
        elif field is not None:
            fields[place], names[field] = field, text
    wrong += [
        CellFault(heading.number, field, "This column is missing; see the template.")
        for field in required
        if field not in names
    ]
    return Columns(fields, names), wrong


def letters(place: int) -> str:
    """0 -> A, 26 -> AA: how spreadsheets name a column."""
    name, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _is_empty(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()
