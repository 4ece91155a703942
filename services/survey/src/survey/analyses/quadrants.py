"""Importance and performance (Martilla and James 1977): four quadrants by two cut lines, which are printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Literal

CutLine = Literal["grand_mean", "median", "scale_middle"]
Quadrant = Literal["concentrate_here", "keep_up", "low_priority", "possible_overkill"]
SCALE_MIDDLE = 3.0
"""Of five-point scores. Shares of importance have no scale: their middle is an equal share for each driver."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where a driver begins to be important, and to be done well."""

    importance: float
    performance: float


def cuts(importance: Sequence[float], performance: Sequence[float], line: CutLine) -> Cuts:
    """``importance`` as shares that add up to 1, ``performance`` as means on 1..5."""
    if line == "median":
        return Cuts(median(importance), median(performance))
    if line == "scale_middle":
        return Cuts(1 / len(importance), SCALE_MIDDLE)
    return Cuts(fmean(importance), fmean(performance))


def quadrant(importance: float, performance: float, at: Cuts) -> Quadrant:
    """A value on a cut line counts as above it."""
    if importance >= at.importance:
        return "keep_up" if performance >= at.performance else "concentrate_here"
    return "possible_overkill" if performance >= at.performance else "low_priority"
