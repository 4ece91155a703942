"""What one answer adds to the published grid."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from survey.insights.needs import Entry, additions
from survey.questionnaires.scoring import NeedAnswer, Score

PROMOTER, DETRACTOR = 9, 6
EASY, HARD = 6, 2
"""Of 1..7: the best two from, the worst two up to."""
SATISFIED = 4


class Fact(NamedTuple):
    """One complete answer about service that happened at ``occurred_at``.

    ``unit`` is that of the occasion, ``teams`` the units that did its stages, by sub-process.
    """

    response_id: UUID
    unit: str
    sub_process: str | None
    trigger: str
    occurred_at: datetime
    scores: tuple[Score, ...]
    recommendation: int | None
    teams: Mapping[str, str] = MappingProxyType({})
    segment: str | None = None
    effort: int | None = None
    needs: tuple[NeedAnswer, ...] = ()


def teams_of(fact: Fact, score: Score) -> dict[str, str]:
    """What a score speaks of, as units by sub-process: the item's own sub-process, or else the whole service."""
    own = score.sub_process
    if own is not None and own != fact.sub_process:
        return {own: fact.teams.get(own, fact.unit)}
    return ({own: fact.unit} if own else {}) | dict(fact.teams)


def entries(fact: Fact) -> list[Entry]:
    """Each scored item under its own sub-process; the recommendation and the effort under the occasion's."""
    found = [
        Entry("score", one.driver or "", one.sub_process or "", one.value, int(one.value >= SATISFIED), int(one.low))
        for one in fact.scores
    ]
    place = fact.sub_process or ""
    if (said := fact.recommendation) is not None:
        found.append(Entry("nps", "", place, said, int(said >= PROMOTER), int(said <= DETRACTOR)))
    if (felt := fact.effort) is not None:
        found.append(Entry("ces", "", place, felt, int(felt >= EASY), int(felt <= HARD)))
    found += additions(fact.needs)
    return found
