"""Working days of the company: which days count, and when a term in working days ends.

Terms follow the Civil Code of the PRC, articles 201 and 203: the day on which a term begins is not counted,
and its last day ends when business closes.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5


@dataclass(frozen=True)
class WorkCalendar:
    """``holidays`` rest although they are weekdays, ``made_up`` are worked although they are weekend days."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()
    closes: time = time(17, 30)

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def is_working(self, day: date) -> bool:
        if day in self.made_up:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def closing(self, day: date) -> datetime:
        """When business closes on that day, in UTC."""
        return datetime.combine(day, self.closes, self.zone).astimezone(UTC)

    def after_working_days(self, start: datetime, days: int) -> datetime:
        """The end of a term of ``days`` working days that begins at ``start``; ``days`` is at least 1."""
        if days < 1:
            raise ValueError(f"A term has at least 1 working day, not {days}.")
        day = self.local_day(start)
        while days:
            day += timedelta(days=1)
            days -= self.is_working(day)
        return self.closing(day)

    def before_working_days(self, end: datetime, days: int) -> datetime:
        """The latest moment that leaves ``days`` whole working days before ``end``'s day."""
        if days < 1:
            raise ValueError(f"A term has at least 1 working day, not {days}.")
        day = self.local_day(end)
        while days:
            day -= timedelta(days=1)
            days -= self.is_working(day)
        return self.closing(day - timedelta(days=1))

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """Working days that a term from ``start`` has used up at ``end``: the first day is not counted."""
        first, last = self.local_day(start), self.local_day(end)
        span = (first + timedelta(days=n + 1) for n in range(max((last - first).days, 0)))
        return sum(map(self.is_working, span))
