"""Does a measured effect prove that later customers are better served?"""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["better", "worse", "open"]


@dataclass(frozen=True)
class Effect:
    """Later customers minus earlier ones: the bounds in points of the score; None: not to be computed."""

    n_after: int
    low: float | None
    high: float | None


def verdict(effect: Effect, minimum_n: int) -> Verdict:
    """``better`` or ``worse`` where the interval excludes zero on at least ``minimum_n`` later answers."""
    if effect.low is None or effect.high is None or effect.n_after < minimum_n:
        return "open"
    if effect.low > 0:
        return "better"
    return "worse" if effect.high < 0 else "open"
