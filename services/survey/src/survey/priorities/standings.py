"""From the grid's sums to what is known of one need."""

from collections.abc import Mapping
from dataclasses import dataclass

from survey.insights.cells import moments_of
from survey.insights.figures import Figure, mean_score
from survey.insights.needs import counts
from survey.priorities.categories import Classed, classed
from survey.priorities.ranking import Importance, Standing, importance
from survey.published.disclosure import Sums

NOBODY = Sums()


@dataclass(frozen=True, slots=True)
class Found:
    """``hidden`` names the measures that are withheld; their figures are of nobody."""

    standing: Standing
    kano: Classed
    stated: Figure
    hidden: frozenset[str]


def standing(
    need: str, known: Mapping[tuple[str, str], Sums | None], analysed: Mapping[str, Importance] | None = None
) -> Found:
    """``known``: sums by need and measure, None where they are withheld; ``analysed``: importance by need."""
    hidden = frozenset(measure for (code, measure), sums in known.items() if code == need and sums is None)
    score, weight, kano, split = (
        known.get((need, name)) or NOBODY for name in ("need", "importance", "kano", "kano_split")
    )
    if {"kano", "kano_split"} & hidden:
        kano = split = NOBODY
    pair, stated = classed(counts(kano, split)), mean_score(moments_of(weight))
    found = Standing(
        need,
        pair.category,
        _importance(stated, pair, hidden, (analysed or {}).get(need)),
        mean_score(moments_of(score)),
    )
    return Found(found, pair, stated, hidden)


def _importance(stated: Figure, pair: Classed, hidden: frozenset[str], analysed: Importance | None) -> Importance:
    """Where stated importance is withheld nothing stands in for it: a guess would be taken for the figure."""
    if analysed is None and "importance" in hidden:
        return Importance(None, None, 0, None, "Withheld.")
    return importance(stated, pair.better, pair.worse, analysed)
