"""How much of what moves the overall score each driver carries: shares of R squared.

LMG (Lindeman, Merenda and Gold 1980): a driver's increase of R squared, averaged over every order of the others; the
Shapley value over all subsets. Johnson 2000: relative weights by the nearest orthogonal counterparts. Both add up to
R squared, and agree for two predictors. ``correlation`` has the predictors first and the outcome last.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_PREDICTORS = 15
SMALLEST_EIGENVALUE = 1e-10
METHODS = {
    "drivers_lmg": "LMG: Shapley shares of R squared over every subset of the predictors",
    "drivers_johnson": "Johnson's relative weights",
}


class Refused(ValueError):  # noqa: N818
    """There is no answer from these data; the words say why."""


def correlation_matrix(columns: Floats, weights: Floats) -> Floats:
    """Of ``columns`` (respondents x variables), each respondent weighted. Raises Refused for a constant column."""
    shares = weights / weights.sum()
    middle = shares @ columns
    # One pass, no copy of the centred columns: a bootstrap does this a thousand times.
    covariance = (columns * shares[:, None]).T @ columns - np.outer(middle, middle)
    spread = np.sqrt(np.maximum(np.diag(covariance), 0))
    if np.any(spread < 1e-7):  # noqa: PLR2004 - rounding, not spread
        places = ", ".join(str(at + 1) for at in np.flatnonzero(spread < 1e-7))  # noqa: PLR2004
        raise Refused(f"Variable {places} is the same for everybody: it can explain nothing.")
    return np.asarray(covariance / np.outer(spread, spread))


def require_solvable(correlation: Floats) -> None:
    """Raises Refused where there are too many predictors, or where some tell the same as others."""
    count = len(correlation) - 1
    if count > MOST_PREDICTORS:
        raise Refused(f"{count} predictors have 2^{count} subsets; at most {MOST_PREDICTORS} are computed.")
    if count < 1:
        raise Refused("At least one predictor is needed.")
    if np.linalg.eigvalsh(correlation[:-1, :-1])[0] < SMALLEST_EIGENVALUE:
        raise Refused("Some predictors are sums of others: their shares cannot be told apart.")


def r_squared(correlation: Floats) -> float:
    """Of the outcome on all predictors."""
    inner, outer = correlation[:-1, :-1], correlation[:-1, -1]
    return float(outer @ np.linalg.solve(inner, outer))


def lmg(correlation: Floats) -> Floats:
    """Each predictor's share; they add up to R squared. The caller has checked ``require_solvable``."""
    count = len(correlation) - 1
    explained = _of_every_subset(correlation)
    subsets = np.arange(1 << count)
    sizes = np.array([int(subset).bit_count() for subset in subsets])
    chances = np.array(
        [math.factorial(k) * math.factorial(count - k - 1) / math.factorial(count) for k in range(count)] + [0.0]
    )
    shares = np.empty(count)
    for place in range(count):
        without = subsets[(subsets >> place) & 1 == 0]
        gained = explained[without | (1 << place)] - explained[without]
        shares[place] = chances[sizes[without]] @ gained
    return shares


def johnson(correlation: Floats) -> Floats:
    """Each predictor's relative weight; they add up to R squared. The caller has checked ``require_solvable``."""
    values, vectors = np.linalg.eigh(correlation[:-1, :-1])
    root = (vectors * np.sqrt(values)) @ vectors.T
    beta = np.linalg.solve(root, correlation[:-1, -1])
    return np.asarray((root**2) @ (beta**2))


def _of_every_subset(correlation: Floats) -> Floats:
    """R squared by subset, the bits of whose number are its predictors.

    Sweeping one predictor in for each subset found so far: with the outcome swept along, what is left of its own
    variance is 1 - R squared (Goodnight 1979).
    """
    states = correlation[None, :, :].copy()
    for place in range(len(correlation) - 1):
        states = np.concatenate([states, _swept(states, place)])
    return np.asarray(1 - states[:, -1, -1])


def _swept(states: Floats, place: int) -> Floats:
    row = states[:, place, :] / states[:, place, place, None]
    return np.asarray(states - states[:, :, place, None] * row[:, None, :])
