import statistics

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from survey.insights.figures import csat, mean_score, moments, nps, nps_variance, wilson

five_points = st.lists(st.integers(1, 5).map(float), min_size=2, max_size=200)


class TestNps:
    def test_five_promoters_and_four_detractors_of_ten(self):
        assert nps(5, 4, 10).value == pytest.approx(10)

    def test_nobody_is_no_zero(self):
        figure = nps(0, 0, 0)
        assert (figure.value, figure.low, figure.high) == (None, None, None)
        assert figure.reason == "Nobody answered."

    @given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
    def test_the_variance_is_that_of_plus_one_nought_and_minus_one(self, promoters, passives, detractors):
        votes = [1] * promoters + [0] * passives + [-1] * detractors
        assume(votes)
        expected = statistics.pvariance(votes) / len(votes)
        assert nps_variance(promoters, detractors, len(votes)) == pytest.approx(expected, abs=1e-12)

    @given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 50))
    def test_the_interval_holds_the_value_within_the_scale(self, promoters, detractors, passives):
        figure = nps(promoters, detractors, promoters + detractors + passives)
        assert -100 <= figure.low <= figure.value <= figure.high <= 100


class TestCsat:
    @pytest.mark.parametrize(
        ("count", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (0, 20, 0, 0.1611), (20, 20, 0.8389, 1)]
    )
    def test_wilson(self, count, n, low, high):
        assert wilson(count, n) == pytest.approx((low, high), abs=5e-5)

    def test_nobody_is_no_zero(self):
        assert csat(0, 0).value is None

    @given(st.integers(1, 5000), st.data(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
    def test_wilson_agrees_with_statsmodels(self, n, data, confidence):
        count = data.draw(st.integers(0, n))
        expected = proportion_confint(count, n, alpha=1 - confidence, method="wilson")
        assert wilson(count, n, confidence=confidence) == pytest.approx(expected, abs=1e-9)
        figure = csat(count, n, confidence=confidence)
        assert 0 <= figure.low <= figure.value <= figure.high <= 100


class TestMean:
    @given(five_points)
    def test_agrees_with_statsmodels_inside_the_scale(self, scores):
        figure = mean_score(moments(scores))
        assert figure.value == pytest.approx(statistics.fmean(scores))
        if len(set(scores)) == 1:
            assert (figure.low, figure.high) == (None, None)
            assert figure.reason
        else:
            low, high = DescrStatsW(scores).tconfint_mean()
            assert (figure.low, figure.high) == pytest.approx((max(1, low), min(5, high)))

    @given(five_points, five_points)
    def test_moments_add_up(self, one, other):
        together = moments(one) + moments(other)
        assert (together.n, together.total, together.squares) == pytest.approx(
            (len(one) + len(other), sum(one + other), sum(score**2 for score in one + other))
        )

    @given(five_points, st.randoms())
    def test_the_order_does_not_matter(self, scores, random):
        mixed = list(scores)
        random.shuffle(mixed)
        assert mean_score(moments(mixed)) == mean_score(moments(scores))

    def test_one_answer_has_a_mean_and_no_interval(self):
        figure = mean_score(moments([4.0]))
        assert (figure.value, figure.low) == (4.0, None)
        assert figure.reason == "One answer gives no interval."

    def test_nobody_has_none(self):
        assert mean_score(moments([])).value is None
