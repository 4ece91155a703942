"""Before against after, and that against a comparison group over the same time (measures.md, Satisfaction).

Means: Welch's interval. Shares: Newcombe's (1998, method 10), from the Wilson intervals of both. Difference in
differences: (after - before) - (after - before of the comparison group), with the variances of all four added and
Welch's degrees of freedom. They compare over time and say nothing of what brought a difference about.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from survey.effects.measure import SMALL
from survey.insights.figures import CONFIDENCE, Moments, wilson
from survey.insights.student import two_sided

MEANS = "difference of means, Welch's t interval"
SHARES = "difference of shares in per cent, Newcombe's hybrid score interval"
DIFFERENCES = "difference in differences, Welch's t interval over four groups"
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Difference:
    """``value`` within ``low``..``high``; None with a ``reason`` where undefined. ``caveat`` where it is rough."""

    value: float | None
    low: float | None
    high: float | None
    method: str
    caveat: str | None = None
    reason: str | None = None
    confidence: float = CONFIDENCE


def of_means(before: Moments, after: Moments, *, confidence: float = CONFIDENCE) -> Difference:
    """``after`` less ``before``."""
    return _contrast([(1, after), (-1, before)], MEANS, confidence)


def of_shares(before: tuple[int, int], after: tuple[int, int], *, confidence: float = CONFIDENCE) -> Difference:
    """``after`` less ``before``, each a count and its n, in per cent."""
    if not before[1] or not after[1]:
        return Difference(None, None, None, SHARES, reason="Nobody answered on one side.", confidence=confidence)
    shares = [count / n for count, n in (before, after)]
    (low_0, high_0), (low_1, high_1) = (wilson(count, n, confidence=confidence) for count, n in (before, after))
    value = shares[1] - shares[0]
    down = math.hypot(shares[1] - low_1, high_0 - shares[0])
    up = math.hypot(high_1 - shares[1], shares[0] - low_0)
    caveat = _caveat([before[1], after[1]])
    return Difference(100 * value, 100 * (value - down), 100 * (value + up), SHARES, caveat, confidence=confidence)


def in_differences(
    before: Moments, after: Moments, other_before: Moments, other_after: Moments, *, confidence: float = CONFIDENCE
) -> Difference:
    """How much more the first group changed than the other."""
    groups = [(1, after), (-1, before), (-1, other_after), (1, other_before)]
    return _contrast(groups, DIFFERENCES, confidence)


def _contrast(groups: Sequence[tuple[int, Moments]], method: str, confidence: float) -> Difference:
    sizes = [scores.n for _, scores in groups]
    if min(sizes) == 0:
        return Difference(None, None, None, method, reason="Nobody answered on one side.", confidence=confidence)
    value = math.fsum(sign * scores.mean for sign, scores in groups)
    if min(sizes) == 1:
        reason = "One answer on a side: no interval."
        return Difference(value, None, None, method, reason=reason, confidence=confidence)
    parts = [scores.variance / scores.n for _, scores in groups]
    if sum(parts) <= ROUNDING:
        reason = "No side has spread: no interval."
        return Difference(value, None, None, method, reason=reason, confidence=confidence)
    freedom = sum(parts) ** 2 / sum(part**2 / (n - 1) for part, n in zip(parts, sizes, strict=True))
    reach = two_sided(confidence, freedom) * math.sqrt(sum(parts))
    return Difference(value, value - reach, value + reach, method, _caveat(sizes), confidence=confidence)


def _caveat(sizes: Sequence[int]) -> str | None:
    if min(sizes) >= SMALL:
        return None
    return f"Small sample ({', '.join(str(n) for n in sizes)}): a rough interval."
