"""Weighted least squares with intervals that allow for unequal variances (HC3: MacKinnon and White 1985)."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from survey.analyses.drivers import Refused

Floats = NDArray[np.float64]
METHOD = "weighted least squares, HC3 robust standard errors, normal interval"


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients with standard errors and intervals, in the order of the columns; R squared about the mean."""

    coefficients: Floats
    errors: Floats
    low: Floats
    high: Floats
    r_squared: float


def fit(columns: Floats, outcome: Floats, weights: Floats, *, confidence: float = 0.95) -> Fit:
    """``columns``: respondents x variables, the intercept among them. Raises Refused where they are not independent."""
    root = np.sqrt(weights)[:, None]
    left, right = columns * root, outcome * root[:, 0]
    inner = left.T @ left
    if np.linalg.matrix_rank(columns) < columns.shape[1]:
        raise Refused("The variables are not independent: one is constant or a sum of others.")
    inverse = np.linalg.inv(inner)
    coefficients = inverse @ (left.T @ right)
    residuals = right - left @ coefficients
    leverage = np.einsum("ij,jk,ik->i", left, inverse, left)
    scaled = left * (residuals / (1 - leverage))[:, None]
    errors = np.sqrt(np.diag(inverse @ (scaled.T @ scaled) @ inverse))
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * errors
    explained = _explained(residuals, outcome, weights)
    return Fit(coefficients, errors, coefficients - reach, coefficients + reach, explained)


def _explained(residuals: Floats, outcome: Floats, weights: Floats) -> float:
    middle = float(weights @ outcome / weights.sum())
    whole = float(weights @ (outcome - middle) ** 2)
    return 1 - float(residuals @ residuals) / whole if whole > 0 else 0.0
