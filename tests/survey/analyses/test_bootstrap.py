import numpy as np
import pytest

from survey.analyses.bootstrap import percentile_interval, resamples


def mean_of(values):
    return lambda weights: np.array([weights @ values / weights.sum()])


VALUES = np.random.default_rng(5).integers(1, 6, 400).astype(float)


def test_the_same_seed_gives_the_same_however_it_is_cut_up():
    whole = resamples(mean_of(VALUES), np.ones(400), seed=7, first=0, count=12)
    parts = [resamples(mean_of(VALUES), np.ones(400), seed=7, first=at, count=4) for at in (0, 4, 8)]
    assert np.array_equal(whole, np.concatenate(parts))
    assert not np.array_equal(whole, resamples(mean_of(VALUES), np.ones(400), seed=8, first=0, count=12))


def test_the_interval_of_a_mean_is_nearly_the_normal_one():
    found = resamples(mean_of(VALUES), np.ones(400), seed=1, first=0, count=2000)
    low, high = percentile_interval(found)
    reach = 1.96 * VALUES.std(ddof=1) / 20
    assert (VALUES.mean() - low[0], high[0] - VALUES.mean()) == pytest.approx((reach, reach), rel=0.12)
