"""What each column of an export means: for people, and for programs that read labels."""

from collections.abc import Iterable
from typing import Any

from survey.exchange.exports.columns import Column

HEADINGS = ["column", "kind", "label", "value", "value_label"]


def entries(columns: Iterable[Column]) -> list[dict[str, Any]]:
    """One object per column, with its values."""
    return [
        {
            "column": column.name,
            "kind": column.kind,
            "measure": column.measure,
            "label": column.label,
            "values": [{"value": value, "label": label} for value, label in column.values],
        }
        for column in columns
    ]


def rows(columns: Iterable[Column]) -> list[list[str]]:
    """A table with a row per value; its first row holds the headings."""
    table = [HEADINGS]
    for column in columns:
        head = [column.name, column.kind, column.label]
        table += [[*head, str(value), label] for value, label in column.values] or [[*head, "", ""]]
    return table
