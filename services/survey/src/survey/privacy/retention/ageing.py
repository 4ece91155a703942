"""From months to a moment."""

from datetime import datetime

MONTHS = 12
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def before(at: datetime, months: int) -> datetime:
    """The same time of the same day so many months earlier; the last day where that month has no such day."""
    month = at.year * MONTHS + at.month - 1 - months
    year, month = divmod(month, MONTHS)
    leap = month == 1 and (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return at.replace(year=year, month=month + 1, day=min(at.day, DAYS[month] + int(leap)))
