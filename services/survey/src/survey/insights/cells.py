"""From the sums of a cell to its figures, or to the reason why they are withheld."""

from dataclasses import asdict
from typing import Any

from survey.insights.effort import effort
from survey.insights.figures import Figure, Moments, csat, mean_score, nps
from survey.published.disclosure import SMALLEST_SHOWN, Sums

REASON = (
    f"Withheld: this cell, or what it would tell of another, has fewer than {SMALLEST_SHOWN} respondents that may be "
    "counted yet."
)
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


def figures(score: Sums | None, recommendation: Sums | None, effort_sums: Sums | None) -> dict[str, Any]:
    """All figures of one cell; a measure that is None is withheld."""
    shown, said, felt = (one or Sums() for one in (score, recommendation, effort_sums))
    easy = effort(moments_of(felt), felt.favourable, felt.unfavourable)
    return {
        "n": score.n if score else None,
        "mean": _shown(mean_score(moments_of(shown)), score),
        "csat": _shown(csat(shown.favourable, shown.n), score),
        "nps": _shown(nps(said.favourable, said.unfavourable, said.n), recommendation),
        "ces": {name: _shown(figure, effort_sums) for name, figure in easy.items()},
    }


def _shown(figure: Figure, sums: Sums | None) -> dict[str, Any]:
    return asdict(figure) | (HIDDEN if sums is None else {})
