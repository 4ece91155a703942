"""The satisfaction index in the form of the ACSI: weighted indicators, each stretched from its scale onto 0..100."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from survey.insights.figures import CONFIDENCE, Figure, Moments

FORMULA = "sum of w (mean - min) / (max - min) x 100, sum of w = 1; normal interval, indicators taken as independent"
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Indicator:
    """One weighted question with the ends of its scale."""

    weight: float
    least: float
    most: float

    def stretched(self, value: float) -> float:
        return 100 * (value - self.least) / (self.most - self.least)


def fault_of(indicators: Sequence[Indicator]) -> str | None:
    """Why these weights make no index, as a sentence; None where they do."""
    if abs(math.fsum(one.weight for one in indicators) - 1) > ROUNDING:
        return f"The weights add up to {math.fsum(one.weight for one in indicators):g}; they must add up to 1."
    if any(one.weight < 0 or one.least >= one.most for one in indicators):
        return "Weights are 0 or more, and each scale's least lies below its most."
    return None


def index_of(indicators: Sequence[Indicator], means: Sequence[float]) -> float:
    """The index on 0..100 of these means."""
    return math.fsum(one.weight * one.stretched(mean) for one, mean in zip(indicators, means, strict=True))


def satisfaction_index(indicators: Sequence[Indicator], scores: Sequence[Moments]) -> Figure:
    """The index of measured means; n is that of the indicator with the fewest answers.

    The variance leaves the covariance of indicators out: the grid keeps each apart. With positively related
    indicators the true interval is wider.
    """
    n = min(one.n for one in scores)
    if n == 0:
        return Figure(None, None, None, 0, FORMULA, CONFIDENCE, "An indicator has no answers.")
    value = index_of(indicators, [one.mean for one in scores])
    if n == 1:
        return Figure(value, None, None, n, FORMULA, CONFIDENCE, "One answer gives no interval.")
    variance = math.fsum(
        (100 * one.weight / (one.most - one.least)) ** 2 * found.variance / found.n
        for one, found in zip(indicators, scores, strict=True)
    )
    reach = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * math.sqrt(variance)
    return Figure(value, max(0.0, value - reach), min(100.0, value + reach), n, FORMULA)
