"""Seeded percentile intervals: the same seed and data give the same interval, however the work is cut up."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AT_ONCE = 20
CONFIDENCE = 0.95


def resamples(statistic: Callable[[Floats], Floats], weights: Floats, *, seed: int, first: int, count: int) -> Floats:
    """The statistic of resamples ``first`` .. ``first + count - 1``, one row each.

    ``statistic`` takes case weights: a respondent drawn k times weighs k times his own. Each resample has a stream of
    random numbers of its own, from the seed and its number.
    """
    n = len(weights)
    rows = []
    for number in range(first, first + count):
        drawn = np.random.default_rng([seed, number]).integers(0, n, n)
        rows.append(statistic(weights * np.bincount(drawn, minlength=n)))
    return np.array(rows)


def percentile_interval(values: Floats, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
    """Lower and upper ends by column (Efron 1979)."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail], axis=0)
    return low, high
