"""From the sums of a cell to its figures, or to the reason why they are withheld."""

from collections.abc import Sequence
from typing import Any

from survey.insights.disclosure import SMALLEST_SHOWN, withheld
from survey.insights.figures import Figure, Moments, csat, mean_score, nps

REASON = f"Withheld: this cell, or what it would tell of another, has fewer than {SMALLEST_SHOWN} respondents."


def hidden(rows: Sequence[Any]) -> list[bool]:
    """Which rows are withheld: by the respondents of the score, and by those of the recommendation."""
    scores = withheld([row.n for row in rows])
    recommendations = withheld([row.nps_n for row in rows])
    return [one or other for one, other in zip(scores, recommendations, strict=True)]


def figures(row: Any) -> dict[str, Figure]:
    """``row``: sums of both measures as the rollups give them."""
    return {
        "mean": mean_score(Moments(row.n, row.total, row.squares)),
        "csat": csat(row.favourable, row.n),
        "nps": nps(row.nps_favourable, row.nps_unfavourable, row.nps_n),
    }
