"""Where a person may be found: told by the columns, so that no later table is forgotten."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

KEPT = frozenset(
    {
        "questionnaire_id", "unit", "sub_process", "trigger", "occurred_at", "received_at", "revision", "complete",
        "answers", "language", "segment", "may_contact", "unit_may_know", "source",
    }
)  # fmt: skip
"""What is left of an answer whose customer is erased; every other column is emptied."""


def anonymous(row: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """The answer without what leads to the customer: no words, no occasion, no agreement, whole days only."""
    left = {name: value if name in KEPT else None for name, value in row.items()}
    blank = {"digest": "", "may_contact": False, "unit_may_know": False}
    days = {name: beginning(row[name], zone) for name in ("occurred_at", "received_at")}
    return left | blank | days


def beginning(at: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the local day."""
    return datetime.combine(at.astimezone(zone).date(), time(), zone)


def naming(tables: Any, column: str, *, apart_from: frozenset[str]) -> Iterator[Any]:
    """The tables that have such a column, those first that others refer to."""
    return (table for table in tables if column in table.c and table.name not in apart_from)
