"""Figures of benches: what is printed, and when a goal is met."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridloop.bench.figures import Figure, quantile, report


class TestFigure:
    def test_less_is_better_unless_said(self) -> None:
        assert Figure("p50", 9.0, "ms", 10).met
        assert not Figure("p50", 10.1, "ms", 10).met

    def test_more_is_better_where_said(self) -> None:
        assert Figure("sustained", 3000, "events/s", 3000, least=True).met
        assert not Figure("sustained", 2999, "events/s", 3000, least=True).met

    def test_the_ratio_is_to_the_reference_of_the_same_run(self) -> None:
        row = Figure("sustained", 3000, "events/s", 3000, least=True, reference=12_000).row()
        assert (row["ratio"], row["reference"], row["met"]) == (0.25, 12_000, True)

    def test_without_a_reference_there_is_no_ratio(self) -> None:
        assert Figure("p50", 9.0, "ms", 10).row()["ratio"] is None


def test_a_report_has_what_its_readers_expect() -> None:
    found = report("events", {"events": 10}, [Figure("p50", 9.0, "ms", 10)])
    assert found.keys() == {"bench", "machine", "size", "figures"}
    assert found["figures"][0].keys() == {"name", "value", "unit", "reference", "ratio", "goal", "met"}


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([0.01, 0.5, 0.95, 0.99, 1.0]))
def test_at_least_that_share_does_not_exceed_the_quantile(values: list[float], share: float) -> None:
    found = quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= math.ceil(len(values) * share)
    below = [value for value in values if value < found]
    assert len(below) < math.ceil(len(values) * share)


def test_the_median_of_few() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    with pytest.raises(IndexError):
        quantile([], 0.5)
