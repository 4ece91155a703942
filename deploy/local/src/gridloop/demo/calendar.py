"""The demonstration's weeks: they begin on the first Monday of next year's March, so that no figure hangs on today."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MARCH = 3


@dataclass(frozen=True)
class Weeks:
    """``monday``: the first day of the first week."""

    monday: date

    def at(self, week: int, day: str, time: str, *, days_later: int = 0) -> datetime:
        """``at(1, "mon", "08:00")``: a moment of week 1, in company local time."""
        hour, minute = map(int, time.split(":"))
        found = self.monday + timedelta(weeks=week - 1, days=DAYS.index(day) + days_later)
        return datetime(found.year, found.month, found.day, hour, minute, tzinfo=ZONE)

    def moment(self, text: str) -> datetime:
        """``moment("2 wed 08:52")``, as the story writes it."""
        week, day, time = text.split()
        return self.at(int(week), day, time)


def weeks_after(today: date) -> Weeks:
    """The first Monday of March of the year after ``today``'s."""
    first = date(today.year + 1, MARCH, 1)
    return Weeks(first + timedelta(days=-first.weekday() % len(DAYS)))
