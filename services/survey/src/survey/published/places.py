"""Units and periods of the published grid."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

ALWAYS = date.min
"""First and last day of a cell that knows no days."""

Topic = Literal["", "sub_process", "segment", "trigger"]
Grain = Literal["day", "week", "month"]


def above(unit: str) -> list[str]:
    """The units that contain this one, the company first: ``/city/east/`` -> ``/``, ``/city/``."""
    return [unit[: place + 1] for place, sign in enumerate(unit) if sign == "/" and place + 1 < len(unit)]


def parent_of(unit: str) -> str:
    """The unit one level up; the whole company's is the empty string."""
    return (above(unit) or [""])[-1]


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends included; None is open."""

    first: date | None = None
    last: date | None = None

    @property
    def is_open(self) -> bool:
        return self.first is None and self.last is None

    @property
    def whole_months(self) -> tuple[date, date]:
        """First days of the first month within the period and of the month after the last."""
        begin = ALWAYS if self.first is None else _month_from(self.first)
        end = date.max if self.last is None else _month_after(self.last)
        return begin, max(begin, end)


def bucket(day: date, grain: Grain) -> date:
    """The first day of the week (Monday) or month that the day belongs to."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day


def _month_from(first: date) -> date:
    return first if first.day == 1 else (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def _month_after(last: date) -> date:
    return (last + timedelta(days=1)).replace(day=1)
