"""Months before a moment."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.privacy.retention.ageing import before


@pytest.mark.parametrize(
    ("at", "months", "expected"),
    [
        ((2026, 3, 31), 1, (2026, 2, 28)),
        ((2024, 3, 31), 1, (2024, 2, 29)),
        ((2026, 1, 15), 1, (2025, 12, 15)),
        ((2026, 12, 1), 24, (2024, 12, 1)),
        ((2100, 3, 30), 1, (2100, 2, 28)),
    ],
)
def test_examples(at, months, expected):
    assert before(datetime(*at, tzinfo=UTC), months) == datetime(*expected, tzinfo=UTC)


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year > 200), st.integers(1, 1000))
def test_it_is_that_many_months_earlier(at, months):
    found = before(at, months)
    assert (at.year - found.year) * 12 + at.month - found.month == months
    assert found.day <= at.day
    assert found.time() == at.time()
