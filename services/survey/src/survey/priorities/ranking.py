"""In which order needs deserve work: by what they are, how much they matter and how badly they are met."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from survey.insights.figures import Figure
from survey.questionnaires.kano import Category

Source = Literal["drivers", "stated", "kano"]

ORDER: tuple[Category | None, ...] = (
    "must_be",
    "one_dimensional",
    "attractive",
    None,
    "indifferent",
    "reverse",
    "questionable",
)
FORMULA = (
    "First by Kano category (M > O > A > not classed > I > R > Q: Berger et al. 1993), within it by opportunity = "
    "importance x (5 - performance) / 4, largest first; then by code"
)
STATED = "(mean of stated importance on 1..5 - 1) / 4"
FROM_KANO = "max(better, -worse): no importance was stated; a share of customers, not their weighing"
UNKNOWN = "No importance was stated and no Kano pair classed it."


@dataclass(frozen=True, slots=True)
class Importance:
    """On 0..1; ``source`` says where from, None with a reason where it is unknown."""

    value: float | None
    source: Source | None
    n: int
    formula: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one need; withheld figures have no value."""

    code: str
    category: Category | None
    importance: Importance
    performance: Figure

    @property
    def opportunity(self) -> float | None:
        """In 0..1; None where importance or performance is unknown."""
        if self.importance.value is None or self.performance.value is None:
            return None
        return self.importance.value * (5 - self.performance.value) / 4


def importance(stated: Figure, better: Figure, worse: Figure, analysed: Importance | None = None) -> Importance:
    """What a driver analysis gave, else the mean stated importance (1..5), else the larger Kano coefficient."""
    if analysed is not None:
        return analysed
    if stated.value is not None:
        return Importance((stated.value - 1) / 4, "stated", stated.n, STATED)
    if better.value is not None and worse.value is not None:
        return Importance(max(better.value, -worse.value), "kano", better.n, FROM_KANO)
    return Importance(None, None, 0, None, UNKNOWN)


def ranked(standings: Sequence[Standing]) -> list[Standing]:
    """The first deserves work first; the order in which they are given does not matter."""
    return sorted(standings, key=_place)


def _place(one: Standing) -> tuple[int, bool, float, str]:
    found = one.opportunity
    return ORDER.index(one.category), found is None, -(found or 0.0), one.code
