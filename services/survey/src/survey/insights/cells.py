"""From the sums of a cell to its figures, or to the reason why they are withheld."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from survey.insights.disclosure import SMALLEST_SHOWN, withheld
from survey.insights.figures import Figure, Moments, csat, mean_score, nps

REASON = f"Withheld: this cell, or what it would tell of another, has fewer than {SMALLEST_SHOWN} respondents."
HIDDEN: dict[str, Any] = {"value": None, "low": None, "high": None, "n": None, "reason": REASON}


def figures(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """For each row of sums ``n``, ``mean``, ``csat`` and ``nps``; score and recommendation are withheld apart."""
    scores = withheld([row.n for row in rows])
    recommendations = withheld([row.nps_n for row in rows])
    return [
        {
            "n": None if hide_score else row.n,
            "mean": _shown(mean_score(Moments(row.n, row.total, row.squares)), hide=hide_score),
            "csat": _shown(csat(row.favourable, row.n), hide=hide_score),
            "nps": _shown(nps(row.nps_favourable, row.nps_unfavourable, row.nps_n), hide=hide_nps),
        }
        for row, hide_score, hide_nps in zip(rows, scores, recommendations, strict=True)
    ]


def _shown(figure: Figure, *, hide: bool) -> dict[str, Any]:
    return asdict(figure) | (HIDDEN if hide else {})
