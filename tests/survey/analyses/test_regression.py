import numpy as np
import pytest
import statsmodels.api as sm

from survey.analyses.drivers import Refused
from survey.analyses.regression import fit


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_statsmodels_hc3(seed):
    chance = np.random.default_rng(seed)
    hours, late = chance.exponential(2, 400), chance.poisson(0.4, 400).astype(float)
    outcome = 4 - 0.3 * hours - 0.2 * late + chance.normal(0, 0.3 + 0.2 * hours)
    weights = chance.uniform(0.2, 3, 400)
    columns = np.column_stack([np.ones(400), hours, late])
    oracle = sm.WLS(outcome, columns, weights=weights).fit(cov_type="HC3")
    found = fit(columns, outcome, weights)
    assert found.coefficients == pytest.approx(oracle.params)
    assert found.errors == pytest.approx(oracle.bse)
    assert np.column_stack([found.low, found.high]) == pytest.approx(oracle.conf_int())
    assert found.r_squared == pytest.approx(oracle.rsquared)


def test_variables_that_tell_the_same_are_refused():
    columns = np.column_stack([np.ones(50), np.arange(50.0), 2 * np.arange(50.0)])
    with pytest.raises(Refused, match="not independent"):
        fit(columns, np.arange(50.0), np.ones(50))
