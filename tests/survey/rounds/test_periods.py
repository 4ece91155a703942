from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.rounds.periods import due


def day(year, month, number):
    return datetime(year, month, number, 9, tzinfo=UTC)


def test_days():
    assert due(day(2026, 3, 2), 4, days=7, months=None) == day(2026, 3, 23)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, day(2026, 1, 31)),
        (2, day(2026, 2, 28)),
        (3, day(2026, 3, 31)),
        (14, day(2027, 2, 28)),
        (26, day(2028, 2, 29)),
    ],
)
def test_a_month_too_short_takes_its_last_day(number, expected):
    assert due(day(2026, 1, 31), number, days=None, months=1) == expected


@given(st.integers(0, 300 * 365), st.integers(1, 50), st.integers(1, 24))
def test_rounds_follow_each_other(days, number, months):
    start = day(2000, 1, 1) + timedelta(days=days)
    one, next_one = (due(start, count, days=None, months=months) for count in (number, number + 1))
    assert one < next_one
    assert (next_one.year * 12 + next_one.month) - (one.year * 12 + one.month) == months
    assert one.timetz() == start.timetz()


def test_a_period_counts_in_something():
    with pytest.raises(ValueError, match="days or in months"):
        due(day(2026, 1, 1), 2, days=None, months=None)
