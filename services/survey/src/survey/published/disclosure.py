"""Which cells of an answer may be shown beside the cells around them (measures.md, Disclosure).

Cells are sums of blocks of five and more answers, so neither a cell nor its change is ever about 1 to 4. What is
left to guard is the difference between a cell and one that contains it: the complement. The promise is about
pairs: two cells asked at the same time, and one cell asked at two times. Nothing is promised beyond the grid.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from survey.published.places import Topic, above, parent_of

SMALLEST_SHOWN = 5
FOLLOW_UP = "case_closed"
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Sums:
    """Respondents, sum and sum of squares of their values, how many were favourable and unfavourable."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0
    favourable: int = 0
    unfavourable: int = 0

    def __sub__(self, other: "Sums") -> "Sums":
        return Sums(
            self.n - other.n,
            self.total - other.total,
            self.squares - other.squares,
            self.favourable - other.favourable,
            self.unfavourable - other.unfavourable,
        )

    @property
    def tells_nobody(self) -> bool:
        """As the difference of two cells: nothing at all, or something about at least five."""
        nothing = self.n == 0 and self.favourable == 0 and self.unfavourable == 0
        alike = abs(self.total) < ROUNDING and abs(self.squares) < ROUNDING
        return (nothing and alike) or self.n >= SMALLEST_SHOWN


class Place(NamedTuple):
    """A cell of one answer; ``member`` and ``driver`` may be empty, ``bucket`` None without a time grain."""

    unit: str
    topic: Topic
    member: str
    measure: str
    driver: str
    bucket: date | None


def withheld(asked: Mapping[Place, Sums], around: Mapping[Place, Sums]) -> set[Place]:
    """The cells of ``asked`` to withhold; ``around`` holds the shown cells that contain them, as far as there are any.

    A cell is withheld when a cell that contains it would leave 1 to 4 others. Where a cell that contains several of
    them would, less all of those, leave 1 to 4, the smallest are withheld until it does not.
    """
    hidden = {place for place, sums in asked.items() if _told_by_a_pair(place, sums, around)}
    families = _families(asked, around)
    changed = True
    while changed:
        changed = False
        for parent, members in families.items():
            shown = [place for place in members if place not in hidden]
            while shown and not _rest(around[parent], shown, asked).tells_nobody:
                smallest = min(shown, key=lambda place: (asked[place].n, place))
                hidden.add(smallest)
                shown.remove(smallest)
                changed = True
    return hidden


def beside(score: Sums | None, unflagged: Sums | None) -> Sums | None:
    """What may be shown of the answers without a flag beside a cell's score: None where the two tell of a few.

    Both are sums of blocks. Where one cell holds another, their scores differ by nobody or by at least five; so then
    does a score from what is shown beside the score of a smaller cell. How many were unfavourable is not kept of
    those without a flag, and not shown of either.
    """
    if score is None or unflagged is None:
        return None
    others = replace(score - unflagged, unfavourable=0)
    return unflagged if others.tells_nobody else None


def containing(place: Place) -> list[Place]:
    """Every cell of the grid that contains this one, of the same time and measure."""
    units = [*above(place.unit), place.unit]
    whole = [place._replace(unit=unit, topic="", member="") for unit in units if place.member != FOLLOW_UP]
    same = [place._replace(unit=unit) for unit in units]
    return [one for one in (whole if place.topic else []) + same if one != place]


def _told_by_a_pair(place: Place, sums: Sums, around: Mapping[Place, Sums]) -> bool:
    return any(not (around[one] - sums).tells_nobody for one in containing(place) if one in around)


def _families(asked: Mapping[Place, Sums], around: Mapping[Place, Sums]) -> Mapping[Place, list[Place]]:
    """By the cell that contains them: cells that have nobody in common."""
    found = defaultdict(list)
    for place in asked:
        up = [place._replace(unit=parent_of(place.unit))]
        if place.topic and place.member != FOLLOW_UP:
            up.append(place._replace(topic="", member=""))
        for one in up:
            if one in around:
                found[one].append(place)
    return found


def _rest(parent: Sums, shown: list[Place], asked: Mapping[Place, Sums]) -> Sums:
    rest = parent
    for place in shown:
        rest -= asked[place]
    return rest
