from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responsibility.calendars.working_days import WorkCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
NATIONAL_DAY = frozenset(date(2026, 10, day) for day in range(1, 8))
CALENDAR = WorkCalendar(SHANGHAI, NATIONAL_DAY, frozenset({date(2026, 10, 10)}))


def local(year, month, day, hour=10, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


MOMENTS = st.integers(0, 366 * 24 * 60).map(lambda minutes: local(2026, 1, 1, 0) + timedelta(minutes=minutes))


class TestWorkingDays:
    def test_weekends_and_holidays_rest(self):
        assert not CALENDAR.is_working(date(2026, 10, 1))
        assert not CALENDAR.is_working(date(2026, 10, 11))

    def test_a_made_up_saturday_is_worked(self):
        assert CALENDAR.is_working(date(2026, 10, 10))

    def test_the_day_is_the_companys_not_utc(self):
        assert CALENDAR.local_day(datetime.fromisoformat("2026-11-23T16:30:00+00:00")) == date(2026, 11, 24)


class TestTerms:
    def test_the_first_day_is_not_counted_and_the_last_ends_at_closing(self):
        assert CALENDAR.after_working_days(local(2026, 11, 23, 9), 1) == local(2026, 11, 24, 17, 30)

    def test_over_a_weekend(self):
        assert CALENDAR.after_working_days(local(2026, 11, 27), 2) == local(2026, 12, 1, 17, 30)

    def test_over_the_national_holiday_with_its_made_up_saturday(self):
        assert CALENDAR.after_working_days(local(2026, 9, 30), 3) == local(2026, 10, 10, 17, 30)

    def test_received_on_a_day_of_rest(self):
        assert CALENDAR.after_working_days(local(2026, 11, 22), 1) == local(2026, 11, 23, 17, 30)

    def test_backwards_leaves_whole_days(self):
        assert CALENDAR.before_working_days(local(2026, 11, 27), 1) == local(2026, 11, 25, 17, 30)

    @pytest.mark.parametrize("term", ["after_working_days", "before_working_days"])
    def test_no_term_of_no_days(self, term):
        with pytest.raises(ValueError, match="at least 1"):
            getattr(CALENDAR, term)(local(2026, 11, 23), 0)

    @given(MOMENTS, st.integers(1, 60))
    def test_a_term_uses_up_as_many_days_as_it_has(self, start, days):
        end = CALENDAR.after_working_days(start, days)
        assert CALENDAR.working_days_between(start, end) == days
        assert CALENDAR.is_working(CALENDAR.local_day(end))

    @given(MOMENTS, st.integers(1, 30), st.integers(1, 30))
    def test_terms_add_up(self, start, first, second):
        there = CALENDAR.after_working_days(start, first)
        assert CALENDAR.after_working_days(there, second) == CALENDAR.after_working_days(start, first + second)

    @given(MOMENTS, st.integers(0, 400))
    def test_counts_as_a_plain_loop_does(self, start, hours):
        end = start + timedelta(hours=hours)
        day, counted = start.date(), 0
        while day < end.date():
            day += timedelta(days=1)
            counted += CALENDAR.is_working(day)
        assert CALENDAR.working_days_between(start, end) == counted

    def test_business_hours_are_data(self):
        early = WorkCalendar(SHANGHAI, closes=time(12, 0))
        assert early.after_working_days(local(2026, 11, 23), 1) == local(2026, 11, 24, 12)
