"""Weights that bring a sample to known margins: iterative proportional fitting (Deming and Stephan 1940), with limits.

Without limits, raking multiplies weights by factors of single margins and so changes no odds ratio of the table it
starts from. Kish's effective sample size, (sum w)^2 / sum w^2, says what unequal weights cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from survey.analyses.drivers import Refused

Floats = NDArray[np.float64]

ROUNDS = 500
CLOSE = 1e-9
METHOD = "raking (iterative proportional fitting) to the margins given; weights with mean 1, cut to the limits"


@dataclass(frozen=True, slots=True)
class Raked:
    """Weights with mean 1. ``largest_gap``: the worst difference between a weighted share and its target."""

    weights: Floats
    rounds: int
    converged: bool
    largest_gap: float

    @property
    def effective_n(self) -> float:
        return kish(self.weights)


def kish(weights: Floats) -> float:
    """Effective sample size: n where all weigh the same, less otherwise."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def rake(
    categories: Mapping[str, Sequence[str]],
    targets: Mapping[str, Mapping[str, float]],
    *,
    limits: tuple[float, float] | None = None,
) -> Raked:
    """``categories``: each respondent's category by margin; ``targets``: shares by margin and category, sum 1.

    Raises Refused where a category has respondents and no target, or a target and no respondents.
    """
    masks = {margin: _masks(margin, list(categories[margin]), target) for margin, target in targets.items()}
    n = len(next(iter(categories.values())))
    weights = np.ones(n)
    for done in range(1, ROUNDS + 1):
        before = weights
        weights = _one_round(weights, masks, targets)
        if limits:
            weights = np.clip(weights / weights.mean(), *limits)
        weights = weights / weights.mean()
        gap = _gap(weights, masks, targets)
        if gap < CLOSE or np.abs(weights - before).max() < CLOSE:
            return Raked(weights, done, gap < CLOSE, gap)
    return Raked(weights, ROUNDS, converged=False, largest_gap=gap)


def _masks(margin: str, given: list[str], target: Mapping[str, float]) -> dict[str, NDArray[np.bool_]]:
    present = set(given)
    if unknown := sorted(present - target.keys()):
        raise Refused(f"Respondents of {margin} {unknown[0]!r} have no target; give every category a share.")
    if empty := sorted(name for name, share in target.items() if share > 0 and name not in present):
        raise Refused(f"Nobody answered from {margin} {empty[0]!r}: no weight can stand for its share.")
    column = np.array(given)
    return {name: column == name for name in target if name in present}


def _one_round(
    weights: Floats, masks: Mapping[str, Mapping[str, NDArray[np.bool_]]], targets: Mapping[str, Mapping[str, float]]
) -> Floats:
    weights = weights.copy()
    for margin, members in masks.items():
        whole = weights.sum()
        for name, mask in members.items():
            weights[mask] *= targets[margin][name] * whole / weights[mask].sum()
    return weights


def _gap(
    weights: Floats, masks: Mapping[str, Mapping[str, NDArray[np.bool_]]], targets: Mapping[str, Mapping[str, float]]
) -> float:
    shares = [
        abs(float(weights[mask].sum() / weights.sum()) - targets[margin][name])
        for margin, members in masks.items()
        for name, mask in members.items()
    ]
    return max(shares)
