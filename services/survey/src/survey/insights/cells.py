"""From the sums of a cell to its figures, or to the reason why they are withheld."""

from dataclasses import fields
from typing import Any, Literal

from survey.insights.effort import SCALE, effort
from survey.insights.figures import Figure, Moments, csat, mean_score, nps
from survey.published.disclosure import SMALLEST_SHOWN, Sums

REASON = (
    f"Withheld: this cell, or what it would tell of another, has fewer than {SMALLEST_SHOWN} respondents that may be "
    "counted yet."
)
_NAMES = [field.name for field in fields(Figure)]
HIDDEN: dict[str, Any] = {
    "value": None,
    "low": None,
    "high": None,
    "n": None,
    "effective_n": None,
    "reason": REASON,
}


def moments_of(sums: Sums) -> Moments:
    """What a mean needs."""
    return Moments(sums.n, sums.total, sums.squares)


def measure_of(name: str) -> str:
    """The measure of the grid that a figure is made of."""
    return name if name in {"nps", "ces"} else "score"


def figures(score: Sums | None, recommendation: Sums | None, effort_sums: Sums | None) -> dict[str, Any]:
    """All figures of one cell; a measure that is None is withheld."""
    felt = effort_sums or Sums()
    easy = effort(moments_of(felt), felt.favourable, felt.unfavourable)
    return {
        "n": score.n if score else None,
        "mean": figure("mean", score),
        "csat": figure("csat", score),
        "nps": figure("nps", recommendation),
        "ces": {name: _shown(one, effort_sums) for name, one in easy.items()},
    }


def figure(name: Literal["mean", "csat", "nps", "ces"], sums: Sums | None) -> dict[str, Any]:
    """One figure of the measure that it is made of (``measure_of``)."""
    shown = sums or Sums()
    if name == "mean":
        found = mean_score(moments_of(shown))
    elif name == "ces":
        found = mean_score(moments_of(shown), scale=SCALE)
    elif name == "csat":
        found = csat(shown.favourable, shown.n)
    else:
        found = nps(shown.favourable, shown.unfavourable, shown.n)
    return _shown(found, sums)


def _shown(found: Figure, sums: Sums | None) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in _NAMES}
    return values | (HIDDEN if sums is None else {})
