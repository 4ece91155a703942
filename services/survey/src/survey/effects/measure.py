"""Later customers against earlier ones: the difference of two means with Welch's interval.

Welch 1947, "The generalization of Student's problem when several different population variances are
involved". It is a comparison over time and says nothing of what brought the difference about.
"""

import math
from dataclasses import dataclass

from survey.insights.figures import CONFIDENCE, Moments
from survey.insights.student import two_sided
from survey.published.disclosure import SMALLEST_SHOWN

METHOD = "difference of means, Welch's t interval, two-sided"
SMALL = 30


@dataclass(frozen=True, slots=True)
class Effect:
    """``difference`` = after - before in points of the five-point score, within ``low``..``high``.

    ``difference`` is None while one side has no answer, the interval while there is no spread; ``caveat``
    then says why.
    """

    before: Moments
    after: Moments
    difference: float | None
    low: float | None
    high: float | None
    caveat: str | None
    confidence: float = CONFIDENCE
    method: str = METHOD

    @property
    def conclusive(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


def effect(before: Moments, after: Moments, *, confidence: float = CONFIDENCE, look: int = 1) -> Effect:
    """Compares the scores of two groups of respondents; ``look`` counts how often this watch was read.

    A group of nobody is one that may not be told of: see ``advanced``.
    """
    if before.n == 0 or after.n == 0:
        side = "before" if before.n == 0 else "after"
        few = f"Fewer than {SMALLEST_SHOWN} comparable answers {side} the change."
        return Effect(before, after, None, None, None, few, confidence)
    difference = after.mean - before.mean
    if min(before.n, after.n) < 2:  # noqa: PLR2004 - a variance needs two
        return Effect(before, after, difference, None, None, "One answer on a side: no interval.", confidence)
    reach = _reach(before, after, confidence)
    if reach is None:
        return Effect(before, after, difference, None, None, "Neither side has spread: no interval.", confidence)
    caveat = _caveat(before, after, look)
    return Effect(before, after, difference, difference - reach, difference + reach, caveat, confidence)


def advanced(shown: Moments, known: Moments) -> Moments:
    """What may be told of a group of which ``shown`` was told before: what is known, once five or more have changed it.

    So neither a figure nor its change is ever about one to four respondents.
    """
    return known if abs(known.n - shown.n) >= SMALLEST_SHOWN else shown


def next_look(n_after: int, *, conclusive: bool) -> int | None:
    """At how many later respondents to measure again: at twice as many, or never once it is conclusive."""
    return None if conclusive else 2 * n_after


def _reach(before: Moments, after: Moments, confidence: float) -> float | None:
    parts = [before.variance / before.n, after.variance / after.n]
    if sum(parts) <= 1e-12:  # noqa: PLR2004 - rounding, not spread
        return None
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (before.n - 1) + parts[1] ** 2 / (after.n - 1))
    return two_sided(confidence, freedom) * math.sqrt(sum(parts))


def _caveat(before: Moments, after: Moments, look: int) -> str | None:
    said = []
    if min(before.n, after.n) < SMALL:
        said.append(f"Small sample ({before.n} before, {after.n} after): a rough interval.")
    if look > 1:
        said.append(f"Look {look} at the same watch: repeated looks raise the chance of a false signal.")
    return " ".join(said) or None
