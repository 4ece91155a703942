"""What a need is to many customers, from the categories that their Kano pairs fall into (measures.md, Kano).

better = (A + O) / (A + O + M + I), worse = -(O + M) / (A + O + M + I): Berger et al. (1993), "Kano's methods for
understanding customer-defined quality". The category is the most frequent one; a tie goes to the first of must-be,
one-dimensional, attractive, indifferent, and is said. Whether the two most frequent differ by more than chance:
Fong (1996), "Using the self-stated importance questionnaire to interpret Kano questionnaire results".
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from survey.insights.figures import CONFIDENCE, Figure, wilson
from survey.questionnaires.kano import CATEGORIES, Category

SMALL_SAMPLE = 30
SUSPICIOUS = 0.1
FONG_Z = 1.65
BETTER = "(A + O) / (A + O + M + I); Wilson interval"
WORSE = "-(O + M) / (A + O + M + I); Wilson interval"
RULE = (
    "the most frequent category, a tie by M > O > A > I > R > Q; clear where |a - b| >= 1.65 sqrt((a + b)(2n - a - b) "
    "/ 2n) for the two most frequent counts a, b (Fong 1996)"
)


@dataclass(frozen=True, slots=True)
class Classed:
    """``tied`` names all most frequent categories; ``clear``: the first is more frequent by more than chance."""

    n: int
    counts: Mapping[Category, int]
    category: Category | None
    tied: tuple[Category, ...]
    clear: bool
    better: Figure
    worse: Figure
    caveats: tuple[str, ...]


def classed(counts: Mapping[Category, int]) -> Classed:
    """From the number of customers by category; all six may be 0."""
    n = sum(counts.values())
    highest = max(counts.values(), default=0)
    tied = tuple(name for name in CATEGORIES if n and counts[name] == highest)
    return Classed(
        n=n,
        counts=counts,
        category=tied[0] if tied else None,
        tied=tied if len(tied) > 1 else (),
        clear=_clear(sorted(counts.values(), reverse=True)),
        better=_share(counts, ("attractive", "one_dimensional"), BETTER, sign=1),
        worse=_share(counts, ("one_dimensional", "must_be"), WORSE, sign=-1),
        caveats=tuple(_caveats(counts, n, tied)),
    )


def _clear(frequencies: list[int]) -> bool:
    n, (first, second) = sum(frequencies), frequencies[:2]
    if n == 0:
        return False
    return first > second and first - second >= FONG_Z * math.sqrt(
        (first + second) * (2 * n - first - second) / (2 * n)
    )


def _share(counts: Mapping[Category, int], names: tuple[Category, ...], formula: str, *, sign: int) -> Figure:
    among = sum(counts[name] for name in ("attractive", "one_dimensional", "must_be", "indifferent"))
    if among == 0:
        reason = "Nobody answered." if not sum(counts.values()) else "All answers are reverse or questionable."
        return Figure(None, None, None, 0, formula, reason=reason)
    hits = sum(counts[name] for name in names)
    low, high = sorted(sign * end for end in wilson(hits, among, confidence=CONFIDENCE))
    return Figure(sign * hits / among, low, high, among, formula)


def _caveats(counts: Mapping[Category, int], n: int, tied: tuple[Category, ...]) -> list[str]:
    found = []
    if 0 < n < SMALL_SAMPLE:
        found.append(f"{n} answers are few: under {SMALL_SAMPLE} the category may change with the next ones.")
    if len(tied) > 1:
        found.append(f"Equally frequent: {', '.join(tied)}.")
    if counts["questionable"] > SUSPICIOUS * n:
        found.append("More than a tenth of the answers contradict themselves: the pair may be worded unclearly.")
    return found
