"""Change points of a series of means: PELT with a penalty (Killick, Fearnhead and Eckley 2012).

The cost of a segment is the weighted sum of squares about its weighted mean, weights n / variance: what
-2 log likelihood of normal means of known variance comes to. Each change costs 3 log m, m the number of points
(modified BIC, Zhang and Siegmund 2007). Means of periods vary more than sampling alone says: the cost is divided
by a robust estimate of that excess, from the differences of neighbours, which a few level shifts do not touch.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

METHOD = "PELT, normal means of known variance, penalty 3 log m, overdispersion from the differences of neighbours"
FEWEST = 6
_TO_SIGMA = 1.4826


@dataclass(frozen=True, slots=True)
class Point:
    """One period's mean over ``n`` respondents and the variance of one respondent."""

    value: float
    n: int
    variance: float


@dataclass(frozen=True, slots=True)
class Change:
    """The level changed with the point at ``place``: ``before`` and ``after`` are the segments' weighted means."""

    place: int
    before: float
    after: float


def changes(points: Sequence[Point]) -> list[Change]:
    """Where the level changed; none for fewer than six points or without any variance."""
    pooled = _pooled(points)
    if len(points) < FEWEST or pooled <= 0:
        return []
    values = [point.value for point in points]
    weights = [point.n / pooled for point in points]
    excess = _overdispersion(values, weights)
    cost = _Cost(values, [weight / excess for weight in weights])
    cuts = _pelt(cost, len(points), 3 * math.log(len(points)))
    edges = [0, *cuts, len(points)]
    levels = [cost.mean(begin, end) for begin, end in pairwise(edges)]
    return [Change(cut, levels[place], levels[place + 1]) for place, cut in enumerate(cuts)]


class _Cost:
    """Weighted sums from the left, so that any segment's cost takes constant time."""

    def __init__(self, values: Sequence[float], weights: Sequence[float]) -> None:
        self.weight, self.total, self.squares = [0.0], [0.0], [0.0]
        # About the middle: sums of squares cancel.
        self.middle = median(values)
        for value, weight in zip(values, weights, strict=True):
            self.weight.append(self.weight[-1] + weight)
            self.total.append(self.total[-1] + weight * (value - self.middle))
            self.squares.append(self.squares[-1] + weight * (value - self.middle) ** 2)

    def __call__(self, begin: int, end: int) -> float:
        weight, total = self.weight[end] - self.weight[begin], self.total[end] - self.total[begin]
        return self.squares[end] - self.squares[begin] - total * total / weight

    def mean(self, begin: int, end: int) -> float:
        return self.middle + (self.total[end] - self.total[begin]) / (self.weight[end] - self.weight[begin])


def _pelt(cost: _Cost, m: int, penalty: float) -> list[int]:
    best, previous = [-penalty] + [math.inf] * m, [0] * (m + 1)
    candidates = [0]
    for end in range(1, m + 1):
        reached = {begin: best[begin] + cost(begin, end) for begin in candidates}
        previous[end] = min(reached, key=lambda begin: reached[begin])
        best[end] = reached[previous[end]] + penalty
        candidates = [begin for begin in candidates if reached[begin] <= best[end]] + [end]
    cuts, place = [], previous[m]
    while place > 0:
        cuts.append(place)
        place = previous[place]
    return cuts[::-1]


def _pooled(points: Sequence[Point]) -> float:
    freedom = sum(max(0, point.n - 1) for point in points)
    return sum((point.n - 1) * point.variance for point in points) / freedom if freedom else 0.0


def _overdispersion(values: Sequence[float], weights: Sequence[float]) -> float:
    steps = [
        abs(values[i] - values[i - 1]) / math.sqrt(1 / weights[i] + 1 / weights[i - 1]) for i in range(1, len(values))
    ]
    return max(1.0, (_TO_SIGMA * median(steps)) ** 2)
