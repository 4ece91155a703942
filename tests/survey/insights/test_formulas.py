"""Effort, index, reliability and sample size, each with the example of measures.md and its properties."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from survey.insights.effort import effort_of_counts
from survey.insights.figures import moments
from survey.insights.sample_size import sample_size
from survey.insights.satisfaction_index import Indicator, fault_of, index_of, satisfaction_index
from survey.scales.reliability import alpha_of

ACSI = [Indicator(0.3885, 1, 10), Indicator(0.3190, 1, 10), Indicator(0.2925, 1, 10)]
rows_of_three = st.lists(st.tuples(*[st.integers(1, 5).map(float)] * 3), min_size=2, max_size=30)


class TestEffort:
    def test_three_vendors_three_figures_from_the_same_counts(self):
        found = effort_of_counts([80, 210, 140, 110, 160, 180, 120])
        assert found["mean"].value == pytest.approx(4.08)
        assert found["top_two"].value == pytest.approx(30)
        assert found["net"].value == pytest.approx(1)
        assert len({figure.formula for figure in found.values()}) == 3

    @given(st.lists(st.integers(0, 50), min_size=7, max_size=7))
    def test_the_top_two_share_has_wilsons_interval(self, counts):
        assume(sum(counts))
        low, high = proportion_confint(sum(counts[5:]), sum(counts), method="wilson")
        found = effort_of_counts(counts)["top_two"]
        assert (found.low, found.high) == pytest.approx((100 * low, 100 * high), abs=1e-7)

    def test_seven_points_have_seven_counts(self):
        with pytest.raises(ValueError, match="seven counts"):
            effort_of_counts([1, 2, 3])


class TestIndex:
    def test_three_indicators_on_ten_points(self):
        assert index_of(ACSI, [8, 7, 7.5]) == pytest.approx(72.6083, abs=5e-5)

    @given(st.lists(st.floats(1, 10), min_size=3, max_size=3), st.floats(0.1, 10), st.floats(-5, 5))
    def test_another_unit_of_the_scales_changes_nothing(self, means, factor, shift):
        moved = [Indicator(one.weight, one.least * factor + shift, one.most * factor + shift) for one in ACSI]
        assert index_of(moved, [mean * factor + shift for mean in means]) == pytest.approx(index_of(ACSI, means))

    def test_the_ends_of_all_scales_are_0_and_100(self):
        assert index_of(ACSI, [1, 1, 1]) == pytest.approx(0)
        assert index_of(ACSI, [10, 10, 10]) == pytest.approx(100)

    def test_weights_that_make_no_index_are_refused_with_a_sentence(self):
        assert "add up to 0.9" in str(fault_of([Indicator(0.9, 1, 5)]))
        assert "least lies below" in str(fault_of([Indicator(1, 5, 5)]))
        assert fault_of(ACSI) is None

    def test_the_interval_is_that_of_the_weighted_mean(self):
        one = moments([1.0, 2.0, 4.0, 5.0, 5.0])
        found = satisfaction_index([Indicator(1, 1, 5)], [one])
        assert found.high - found.value == pytest.approx(1.959964 * 25 * math.sqrt(one.variance / one.n), rel=1e-6)

    def test_an_indicator_without_answers_leaves_it_undefined(self):
        found = satisfaction_index(ACSI[:1], [moments([])])
        assert (found.value, found.reason) == (None, "An indicator has no answers.")


class TestAlpha:
    def test_four_respondents_and_three_items(self):
        assert alpha_of([(4, 5, 4), (3, 4, 3), (5, 5, 5), (2, 3, 2)]) == pytest.approx(0.979592, abs=5e-7)

    @given(rows_of_three)
    def test_agrees_with_the_covariance_matrix(self, rows):
        covariance = np.cov(np.array(rows).T)
        assume(covariance.sum() > 1e-9)
        expected = 3 / 2 * (1 - np.trace(covariance) / covariance.sum())
        assert alpha_of(rows) == pytest.approx(expected, abs=1e-9)

    @given(rows_of_three, st.permutations([0, 1, 2]))
    def test_the_order_of_the_items_does_not_matter(self, rows, order):
        assert alpha_of([[row[at] for at in order] for row in rows]) == pytest.approx(alpha_of(rows), nan_ok=True)

    def test_without_variance_it_is_undefined(self):
        assert alpha_of([(3, 3), (3, 3)]) is None
        assert alpha_of([(1, 2)]) is None


class TestSampleSize:
    @pytest.mark.parametrize(("population", "n"), [(1_000_000, 384), (1_000, 278), (50, 45), (1, 1)])
    def test_five_points_at_ninety_five_per_cent(self, population, n):
        assert sample_size(population, 0.05) == n

    @given(st.integers(1, 10**7), st.floats(0.01, 0.3))
    def test_never_more_than_there_are_and_more_for_a_finer_margin(self, population, margin):
        assert 1 <= sample_size(population, margin) <= population
        assert sample_size(population, margin / 2) >= sample_size(population, margin)

    def test_a_margin_of_nothing_is_refused(self):
        with pytest.raises(ValueError, match="between 0 and 1"):
            sample_size(100, 0)
