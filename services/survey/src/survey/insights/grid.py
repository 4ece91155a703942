"""The published grid: what one answer adds to which cells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from survey.questionnaires.scoring import Score

PROMOTER, DETRACTOR = 9, 6
SATISFIED = 4


@dataclass(frozen=True, slots=True)
class Fact:
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
    teams: Mapping[str, str] = field(default_factory=dict)
    segment: str | None = None


class Key(NamedTuple):
    """A cell; keys sort, and rows are written in that order. An empty ``driver`` is the overall score."""

    day: date
    unit: str
    sub_process: str
    trigger: str
    measure: Literal["nps", "score"]
    driver: str


@dataclass(frozen=True, slots=True)
class Cell:
    """Respondents, sum and sum of squares of their values, and how many were favourable and unfavourable."""

    n: int
    total: float
    squares: float
    favourable: int
    unfavourable: int

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(
            self.n + other.n,
            self.total + other.total,
            self.squares + other.squares,
            self.favourable + other.favourable,
            self.unfavourable + other.unfavourable,
        )


def teams_of(fact: Fact, score: Score) -> dict[str, str]:
    """What a score speaks of, as units by sub-process: the item's own sub-process, or else the whole service."""
    own = score.sub_process
    if own is not None and own != fact.sub_process:
        return {own: fact.teams.get(own, fact.unit)}
    return ({own: fact.unit} if own else {}) | dict(fact.teams)


def cells(facts: Iterable[Fact], zone: ZoneInfo) -> list[tuple[Key, Cell]]:
    """What these answers add, summed by cell and sorted by key. ``zone`` is that of the company's local days."""
    found: dict[Key, Cell] = {}
    for fact in facts:
        for key, cell in _of(fact, fact.occurred_at.astimezone(zone).date()):
            found[key] = found[key] + cell if key in found else cell
    return sorted(found.items(), key=lambda entry: entry[0])


def _of(fact: Fact, day: date) -> Iterable[tuple[Key, Cell]]:
    for score in fact.scores:
        key = Key(day, fact.unit, score.sub_process or "", fact.trigger, "score", score.driver or "")
        favourable = score.value >= SATISFIED
        yield key, Cell(1, score.value, score.value**2, int(favourable), int(score.low))
    if fact.recommendation is not None:
        value = fact.recommendation
        key = Key(day, fact.unit, fact.sub_process or "", fact.trigger, "nps", "")
        yield key, Cell(1, value, value**2, int(value >= PROMOTER), int(value <= DETRACTOR))
