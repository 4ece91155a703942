"""What one answer adds to the published grid."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from pydantic_core import to_json

from survey.insights.needs import MOST_KEPT, Entry, additions
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


def spoken_of(fact: Fact) -> set[str]:
    """The sub-processes that ``teams_of`` names for any of the scores."""
    own = {score.sub_process for score in fact.scores}
    whole = fact.sub_process in own or None in own
    return {name for name in own if name} | (fact.teams.keys() if whole else set())


def entries(fact: Fact) -> list[Entry]:
    """Each scored item under its own sub-process; the recommendation and the effort under the occasion's."""
    found = [_of_score(one) for one in fact.scores]
    place = fact.sub_process or ""
    if fact.recommendation is not None:
        found.append(_of_recommendation(fact.recommendation, place))
    if fact.effort is not None:
        found.append(_of_effort(fact.effort, place))
    found += additions(fact.needs)
    return found


def entries_as_json(fact: Fact) -> str:
    """``entries`` as a list of lists, "" where there is none."""
    found = ",".join([_as_json(one) for one in entries(fact)])
    return f"[{found}]" if found else ""


def scores_as_json(fact: Fact) -> str:
    """Driver, sub-process, value and teams of each score. Those of one answer mostly speak of the same teams."""
    teams: dict[str | None, str] = {}
    found = []
    for score in fact.scores:
        place = score.sub_process
        if place not in teams:
            teams[place] = to_json(teams_of(fact, score)).decode()
        found.append(f'{_without_teams(score)},"teams":{teams[place]}}}')
    return f"[{','.join(found)}]"


# The same few things are said by all customers, each at a place: what one of them adds is found once, and kept.


@lru_cache(maxsize=MOST_KEPT)
def _of_score(one: Score) -> Entry:
    return Entry("score", one.driver or "", one.sub_process or "", one.value, int(one.value >= SATISFIED), int(one.low))


@lru_cache(maxsize=MOST_KEPT)
def _of_recommendation(said: int, place: str) -> Entry:
    return Entry("nps", "", place, said, int(said >= PROMOTER), int(said <= DETRACTOR))


@lru_cache(maxsize=MOST_KEPT)
def _of_effort(felt: int, place: str) -> Entry:
    return Entry("ces", "", place, felt, int(felt >= EASY), int(felt <= HARD))


@lru_cache(maxsize=MOST_KEPT)
def _without_teams(score: Score) -> str:
    """The object is left open for them."""
    found = {"driver": score.driver or "", "sub_process": score.sub_process, "value": score.value}
    return to_json(found).decode().removesuffix("}")


@lru_cache(maxsize=MOST_KEPT)
def _as_json(one: Entry) -> str:
    return to_json(list(one)).decode()
