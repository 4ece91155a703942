from datetime import date

import pytest

from survey.published.places import Period, above, bucket, parent_of


def test_a_unit_stands_below_each_part_of_its_path():
    assert above("/city/east/hall-1/") == ["/", "/city/", "/city/east/"]
    assert [parent_of(unit) for unit in ("/", "/city/", "/city/east/")] == ["", "/", "/city/"]


@pytest.mark.parametrize(
    ("grain", "first"), [("day", date(2026, 3, 4)), ("week", date(2026, 3, 2)), ("month", date(2026, 3, 1))]
)
def test_weeks_begin_on_monday_and_months_on_the_first(grain, first):
    assert bucket(date(2026, 3, 4), grain) == first


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), (date(2026, 3, 1), date(2026, 4, 1))),
        (date(2026, 3, 2), date(2026, 5, 30), (date(2026, 4, 1), date(2026, 5, 1))),
        (date(2026, 3, 2), date(2026, 3, 9), (date(2026, 4, 1), date(2026, 4, 1))),
        (None, date(2026, 12, 31), (date.min, date(2027, 1, 1))),
    ],
)
def test_whole_months_lie_within_the_period(first, last, months):
    assert Period(first, last).whole_months == months
