import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from survey.effects.measure import advanced, effect, next_look
from survey.insights.figures import moments

five_points = st.lists(st.integers(1, 5).map(float), min_size=2, max_size=60)


class TestEffect:
    @given(five_points, five_points)
    def test_welch_agrees_with_statsmodels(self, before, after):
        assume(len(set(before)) > 1 or len(set(after)) > 1)
        found = effect(moments(before), moments(after))
        oracle = CompareMeans(DescrStatsW(after), DescrStatsW(before))
        low, high = oracle.tconfint_diff(usevar="unequal")
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-8)

    @given(five_points, five_points)
    def test_exchanging_the_sides_turns_the_sign(self, before, after):
        one, other = effect(moments(before), moments(after)), effect(moments(after), moments(before))
        assert one.difference == pytest.approx(-other.difference)
        assert one.conclusive == other.conclusive
        if one.low is not None:
            assert (one.low, one.high) == pytest.approx((-other.high, -other.low))

    def test_better_service_is_conclusive(self):
        found = effect(moments([2.0, 1.0, 3.0, 2.0] * 10), moments([4.0, 5.0, 4.0, 3.0] * 10))
        assert found.difference == pytest.approx(2)
        assert found.conclusive
        assert found.caveat is None
        assert "Welch" in found.method
        assert "two-sided" in found.method

    def test_a_small_sample_is_said(self):
        found = effect(moments([2.0, 3.0] * 20), moments([4.0, 5.0, 4.0]))
        assert found.caveat == "Small sample (40 before, 3 after): a rough interval."

    def test_repeated_looks_are_said(self):
        found = effect(moments([2.0, 3.0] * 20), moments([2.0, 3.0] * 20), look=3)
        assert found.caveat.startswith("Look 3")

    @pytest.mark.parametrize(
        ("before", "after", "sentence"),
        [
            ([], [4.0], "before the change"),
            ([4.0], [], "after the change"),
            ([4.0], [4.0, 5.0], "One answer"),
            ([4.0, 4.0], [5.0, 5.0], "Neither side has spread"),
        ],
    )
    def test_without_enough_there_is_no_interval_but_a_reason(self, before, after, sentence):
        found = effect(moments(before), moments(after))
        assert (found.low, found.high, found.conclusive) == (None, None, False)
        assert sentence in found.caveat


class TestAdvance:
    @given(st.lists(st.integers(0, 7), max_size=30))
    def test_whatever_comes_each_side_moves_by_five_and_more_and_lags_by_fewer(self, arrivals):
        shown, known = moments([]), moments([])
        for more in arrivals:
            known += moments([3.0] * more)
            before, shown = shown, advanced(shown, known)
            assert shown.n - before.n == 0 or shown.n - before.n >= 5
            assert 0 <= known.n - shown.n < 5


class TestLooks:
    def test_twice_as_many_until_it_is_conclusive(self):
        assert next_look(20, conclusive=False) == 40
        assert next_look(20, conclusive=True) is None
