"""The limit of major event days, against numpy, and what a day must be to be major."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.reliability.major_event_days import Limit, limit, major_days

minutes = st.lists(st.floats(0.001, 1000), min_size=36, max_size=400)


@given(minutes)
def test_agrees_with_numpy(daily):
    logs = np.log(daily)

    found = limit(daily)

    assert found.minutes == pytest.approx(np.exp(logs.mean() + 2.5 * logs.std(ddof=1)), rel=1e-9)
    assert found.days == len(daily)


@given(minutes, st.integers(0, 50))
def test_days_without_interruptions_change_nothing(daily, quiet):
    assert limit([*daily, *[0.0] * quiet]) == limit(daily)


def test_thirty_five_days_are_too_few():
    found = limit([1.0] * 35 + [0.0] * 300)

    assert (found.minutes, found.days) == (None, 35)
    assert found.reason


def test_only_days_strictly_above_are_major():
    days = {date(2026, 1, 1): 5.0, date(2026, 1, 2): 5.1, date(2026, 1, 3): 4.9}

    assert major_days(days, Limit(5.0, 40)) == [date(2026, 1, 2)]
    assert major_days(days, Limit(None, 3, reason="too few")) == []
