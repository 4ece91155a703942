"""Satisfaction figures with their intervals, on plain counts and sums (measures.md, Satisfaction).

An undefined figure is None with a reason, never 0. All intervals are two-sided.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

from survey.insights.student import two_sided

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, its interval, the number of respondents and the formula; ``reason`` says why one is None.

    ``effective_n`` is n unless the figure is weighted.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    formula: str
    confidence: float = CONFIDENCE
    reason: str | None = None
    effective_n: float | None = None

    def __post_init__(self) -> None:
        if self.effective_n is None:
            object.__setattr__(self, "effective_n", float(self.n))


@dataclass(frozen=True, slots=True)
class Moments:
    """n, sum and sum of squares of five-point scores: all that a mean and its interval need."""

    n: int
    total: float
    squares: float

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float:
        """Undefined (ZeroDivisionError) without answers."""
        return self.total / self.n

    @property
    def variance(self) -> float:
        """Sample variance, n - 1 in the denominator; undefined (ZeroDivisionError) under two answers."""
        return max(0.0, (self.squares - self.total * self.total / self.n) / (self.n - 1))


def moments(scores: list[float]) -> Moments:
    """The moments of single scores."""
    return Moments(len(scores), math.fsum(scores), math.fsum(score * score for score in scores))


def nps(promoters: int, detractors: int, n: int, *, confidence: float = CONFIDENCE) -> Figure:
    """100 x (p - d), p the share of 9..10, d of 0..6, in -100..100; normal interval."""
    return net(promoters, detractors, n, "100 (share 9..10 - share 0..6); normal interval", confidence=confidence)


def net(promoters: int, detractors: int, n: int, formula: str, *, confidence: float = CONFIDENCE) -> Figure:
    """100 x (p - d) of the shares of two sides.

    Variance of the mean of (+1, 0, -1): [p(1 - p) + d(1 - d) + 2pd] / n.
    """
    if n == 0:
        return Figure(None, None, None, 0, formula, confidence, "Nobody answered.")
    p, d = promoters / n, detractors / n
    reach = 100 * _z(confidence) * math.sqrt(nps_variance(promoters, detractors, n))
    value = 100 * (p - d)
    return Figure(value, max(-100.0, value - reach), min(100.0, value + reach), n, formula, confidence)


def nps_variance(promoters: int, detractors: int, n: int) -> float:
    """Variance of the mean of (+1, 0, -1) over n respondents; n above 0."""
    p, d = promoters / n, detractors / n
    return (p * (1 - p) + d * (1 - d) + 2 * p * d) / n


def csat(satisfied: int, n: int, *, confidence: float = CONFIDENCE) -> Figure:
    """100 x the share of scores of 4 or more among n, in 0..100, with the Wilson interval (Wilson 1927)."""
    return share(satisfied, n, "100 count(score >= 4) / n; Wilson interval", confidence=confidence)


def share(count: int, n: int, formula: str, *, confidence: float = CONFIDENCE) -> Figure:
    """100 x count / n with the Wilson interval."""
    if n == 0:
        return Figure(None, None, None, 0, formula, confidence, "Nobody answered.")
    low, high = wilson(count, n, confidence=confidence)
    return Figure(100 * count / n, 100 * low, 100 * high, n, formula, confidence)


def wilson(count: float, n: float, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The score interval of a share, both ends in 0..1; n above 0."""
    z = _z(confidence)
    share = count / n
    centre = share + z * z / (2 * n)
    reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if count == 0 else (centre - reach) / scale
    high = 1.0 if count == n else (centre + reach) / scale
    return low, high


def mean_score(scores: Moments, *, scale: tuple[int, int] = (1, 5), confidence: float = CONFIDENCE) -> Figure:
    """The mean of scores on ``scale``, with Student's t interval on n - 1 degrees of freedom.

    The interval is cut at the ends of the scale. With one answer, or with answers all alike, there is a mean
    but no interval: the sample says nothing of the spread.
    """
    formula = f"mean of scores on {scale[0]}..{scale[1]}; t interval, n - 1 degrees of freedom"
    if scores.n == 0:
        return Figure(None, None, None, 0, formula, confidence, "Nobody answered.")
    reason = _no_spread(scores)
    if reason:
        return Figure(scores.mean, None, None, scores.n, formula, confidence, reason)
    reach = two_sided(confidence, scores.n - 1) * math.sqrt(scores.variance / scores.n)
    low, high = max(float(scale[0]), scores.mean - reach), min(float(scale[1]), scores.mean + reach)
    return Figure(scores.mean, low, high, scores.n, formula, confidence)


def _no_spread(scores: Moments) -> str | None:
    if scores.n == 1:
        return "One answer gives no interval."
    # Sums of squares cancel: below this the variance is rounding, not spread.
    if scores.variance <= 1e-12 * max(1.0, scores.squares):
        return "All answers are alike: their sample gives no interval."
    return None


@lru_cache(maxsize=64)
def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)
