import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from survey.effects.comparison import in_differences, of_means, of_shares
from survey.insights.figures import moments

scores = st.lists(st.integers(1, 5).map(float), min_size=2, max_size=40)


class TestMeans:
    @given(scores, scores)
    def test_welch_agrees_with_statsmodels(self, before, after):
        assume(len(set(before)) > 1 or len(set(after)) > 1)
        found = of_means(moments(before), moments(after))
        low, high = CompareMeans(DescrStatsW(after), DescrStatsW(before)).tconfint_diff(usevar="unequal")
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-8)


class TestShares:
    @given(st.integers(1, 200), st.integers(1, 200), st.data())
    def test_newcombe_agrees_with_statsmodels(self, n, m, data):
        before, after = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
        low, high = confint_proportions_2indep(after, m, before, n, method="newcomb", compare="diff")
        found = of_shares((before, n), (after, m))
        assert (found.low, found.high) == pytest.approx((100 * low, 100 * high), abs=1e-6)

    def test_exchanging_the_sides_turns_the_sign(self):
        one, other = of_shares((30, 100), (45, 90)), of_shares((45, 90), (30, 100))
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


class TestDifferenceInDifferences:
    def test_the_value_is_the_interaction_of_a_regression(self):
        chance = np.random.default_rng(3)
        groups = [list(chance.integers(1, 6, n).astype(float)) for n in (40, 50, 60, 70)]
        found = in_differences(*(moments(group) for group in groups))
        late = np.repeat([0, 1, 0, 1], [40, 50, 60, 70])
        own = np.repeat([1, 1, 0, 0], [40, 50, 60, 70])
        columns = np.column_stack([np.ones(220), late, own, late * own])
        fit = sm.OLS(np.concatenate(groups), columns).fit(cov_type="HC2", use_t=True)
        assert found.value == pytest.approx(fit.params[3])
        assert found.high - found.value == pytest.approx((fit.conf_int()[3][1] - fit.params[3]), rel=0.01)

    @given(scores, scores)
    def test_a_group_that_changed_alike_leaves_nothing(self, before, after):
        found = in_differences(moments(before), moments(after), moments(before), moments(after))
        assert found.value == pytest.approx(0, abs=1e-12)


class TestTooLittle:
    def test_reasons_and_caveats(self):
        assert of_means(moments([]), moments([3.0])).reason == "Nobody answered on one side."
        assert of_means(moments([3.0]), moments([3.0, 4.0])).reason == "One answer on a side: no interval."
        assert of_means(moments([3.0, 3.0]), moments([4.0, 4.0])).reason == "No side has spread: no interval."
        assert of_shares((0, 0), (1, 2)).value is None
        assert of_means(moments([3.0, 4.0]), moments([3.0, 4.0])).caveat.startswith("Small sample (2, 2)")
        assert of_means(moments([3.0, 4.0] * 15), moments([3.0, 4.0] * 15)).caveat is None
