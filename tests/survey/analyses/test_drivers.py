import itertools
import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from survey.analyses.drivers import Refused, correlation_matrix, johnson, lmg, r_squared, require_solvable

TWO = np.array([[1, 0.5, 0.6], [0.5, 1, 0.4], [0.6, 0.4, 1]])


def answers(seed, n=200, drivers=4):
    """Five-point answers that hang together, the outcome last."""
    chance = np.random.default_rng(seed)
    mood = chance.normal(size=(n, 1))
    columns = np.clip(np.round(3 + mood + chance.normal(size=(n, drivers + 1))), 1, 5)
    return columns, chance.uniform(0.3, 3, n)


seeds = st.integers(0, 10_000)


class TestTwoPredictors:
    @pytest.mark.parametrize("method", [lmg, johnson])
    def test_both_methods_agree(self, method):
        assert r_squared(TWO) == pytest.approx(0.28 / 0.75)
        assert method(TWO) == pytest.approx([0.2866667, 0.0866667], abs=5e-8)


def lmg_by_orders(columns, weights):
    """The definition: regressions in every order, by statsmodels."""
    count = columns.shape[1] - 1

    def explained(chosen):
        if not chosen:
            return 0.0
        model = sm.WLS(columns[:, -1], sm.add_constant(columns[:, sorted(chosen)]), weights=weights)
        return model.fit().rsquared

    known = {frozenset(s): explained(s) for k in range(count + 1) for s in itertools.combinations(range(count), k)}
    shares = np.zeros(count)
    for order in itertools.permutations(range(count)):
        for place, driver in enumerate(order):
            before = frozenset(order[:place])
            shares[driver] += known[before | {driver}] - known[before]
    return shares / math.factorial(count)


class TestLmg:
    @pytest.mark.parametrize("seed", range(4))
    def test_agrees_with_the_average_over_every_order_by_statsmodels(self, seed):
        columns, weights = answers(seed)
        assert lmg(correlation_matrix(columns, weights)) == pytest.approx(lmg_by_orders(columns, weights), abs=1e-10)

    @given(seeds)
    def test_shares_add_up_to_r_squared_and_none_is_negative(self, seed):
        correlation = correlation_matrix(*answers(seed))
        assert lmg(correlation).sum() == pytest.approx(r_squared(correlation))
        assert (lmg(correlation) > -1e-12).all()

    @given(seeds, st.permutations(range(4)))
    def test_the_order_of_the_drivers_does_not_matter(self, seed, order):
        columns, weights = answers(seed)
        moved = columns[:, [*order, 4]]
        assert lmg(correlation_matrix(moved, weights)) == pytest.approx(
            lmg(correlation_matrix(columns, weights))[list(order)]
        )

    @given(seeds, st.floats(0.1, 50), st.floats(-9, 9))
    def test_another_scale_of_an_answer_changes_nothing(self, seed, factor, shift):
        columns, weights = answers(seed)
        moved = columns.copy()
        moved[:, 1] = moved[:, 1] * factor + shift
        assert lmg(correlation_matrix(moved, weights * 7)) == pytest.approx(lmg(correlation_matrix(columns, weights)))

    def test_a_driver_that_has_nothing_to_do_with_it_has_no_share(self):
        correlation = np.eye(4)
        correlation[0, 3] = correlation[3, 0] = 0.5
        assert lmg(correlation) == pytest.approx([0.25, 0, 0])


class TestJohnson:
    @given(seeds)
    def test_weights_add_up_to_r_squared(self, seed):
        correlation = correlation_matrix(*answers(seed))
        assert johnson(correlation).sum() == pytest.approx(r_squared(correlation))

    def test_agrees_with_the_regression_on_orthogonal_counterparts(self):
        columns, _ = answers(3, n=500)
        whole = np.corrcoef(columns.T)
        standard = (columns - columns.mean(0)) / columns.std(0)
        left, _, right = np.linalg.svd(standard[:, :-1], full_matrices=False)
        nearest = left @ right * np.sqrt(len(columns))
        beta = sm.OLS(standard[:, -1], nearest).fit().params
        loads = standard[:, :-1].T @ nearest / len(columns)
        assert johnson(whole) == pytest.approx((loads**2) @ (beta**2))


class TestRefusals:
    def test_more_than_fifteen_predictors(self):
        with pytest.raises(Refused, match="16 predictors"):
            require_solvable(np.eye(17))
        require_solvable(np.eye(16))

    def test_a_predictor_that_is_a_sum_of_others(self):
        columns, weights = answers(1)
        columns[:, 0] = columns[:, 1] + columns[:, 2]
        with pytest.raises(Refused, match="sums of others"):
            require_solvable(correlation_matrix(columns, weights))

    def test_a_constant_answer(self):
        columns, weights = answers(1)
        columns[:, 2] = 4
        with pytest.raises(Refused, match="Variable 3 is the same for everybody"):
            correlation_matrix(columns, weights)
