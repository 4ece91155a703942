"""From a limit to a moment: when a term that began at some time is up."""

from datetime import datetime, timedelta
from typing import Literal

from responsibility.calendars.working_days import WorkCalendar

TermUnit = Literal["working_day", "day", "hour", "minute"]

CLOCK: dict[str, timedelta] = {
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
}


def due(amount: int, unit: TermUnit, start: datetime, calendar: WorkCalendar) -> datetime:
    """The end of a term of ``amount`` ``unit`` that begins at ``start``."""
    if unit == "working_day":
        return calendar.after_working_days(start, amount)
    return start + amount * CLOCK[unit]


def latest(amount: int, unit: TermUnit, before: datetime, calendar: WorkCalendar) -> datetime:
    """The last moment that lies ``amount`` ``unit`` ahead of ``before``."""
    if unit == "working_day":
        return calendar.before_working_days(before, amount)
    return before - amount * CLOCK[unit]
