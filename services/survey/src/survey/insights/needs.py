"""What an answer about needs adds to the published grid, and what the grid's sums come to again.

A Kano pair adds to two measures, ``kano`` and ``kano_split``. Each answer stands in both, so that they are
released in the same blocks and the six counts follow from their sums:
A + O + M + I, A + O and O + M from the one; R, O and again all answers from the other.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from survey.published.disclosure import Sums
from survey.questionnaires.kano import CATEGORIES, Category
from survey.questionnaires.scoring import NeedAnswer

Measure = Literal["need", "importance", "kano", "kano_split"]
MEASURES: tuple[Measure, ...] = ("need", "importance", "kano", "kano_split")

MOST_KEPT = 4096
MET, UNMET = 4, 2
CLASSED = {"attractive", "one_dimensional", "must_be", "indifferent"}
DELIGHTS = {"attractive", "one_dimensional"}
DISAPPOINTS = {"one_dimensional", "must_be"}


class Entry(NamedTuple):
    """What one answer adds to one measure; ``topic``: the driver, "" for the overall score, or the need's code."""

    measure: Literal["nps", "score", "ces"] | Measure
    topic: str
    sub_process: str
    value: float
    favourable: int
    unfavourable: int


def additions(said: Iterable[NeedAnswer]) -> list[Entry]:
    """Scores and importance one addition each, a Kano pair two."""
    return [entry for one in said for entry in _additions(one)]


@lru_cache(maxsize=MOST_KEPT)
def _additions(said: NeedAnswer) -> tuple[Entry, ...]:
    """Few things are said of few needs: what one of them adds is found once, and kept."""
    kind, need = said.aspect, said.need
    if kind in {"performance", "importance"}:
        measure: Measure = "need" if kind == "performance" else "importance"
        return (Entry(measure, need, "", said.value, int(said.value >= MET), int(said.value <= UNMET)),)
    return (
        _addition("kano", need, kind in CLASSED, kind in DELIGHTS, kind in DISAPPOINTS),
        _addition("kano_split", need, kind == "reverse", kind == "one_dimensional", kind == "questionable"),
    )


def _addition(measure: Measure, need: str, *holds: bool) -> Entry:
    value, favourable, unfavourable = map(int, holds)
    return Entry(measure, need, "", value, favourable, unfavourable)


def counts(kano: Sums, split: Sums) -> Mapping[Category, int]:
    """How many answers fall into each category."""
    both = split.favourable
    attractive, must_be = kano.favourable - both, kano.unfavourable - both
    reverse = round(split.total)
    indifferent = round(kano.total) - attractive - must_be - both
    found = (must_be, both, attractive, indifferent, reverse, split.unfavourable)
    return dict(zip(CATEGORIES, found, strict=True))
