"""When the rounds of a campaign fall due."""

from calendar import monthrange
from datetime import datetime, timedelta


def due(start: datetime, number: int, *, days: int | None, months: int | None) -> datetime:
    """When the round of this number, counted from 1, is due; the first at ``start``.

    A month that is too short for the day of the start takes its last day, and the next has the day again.
    """
    if days is not None:
        return start + timedelta(days=days * (number - 1))
    if months is None:
        raise ValueError("A period counts in days or in months.")
    year, month = divmod(start.year * 12 + start.month - 1 + months * (number - 1), 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
