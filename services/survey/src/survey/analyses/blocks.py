"""Five answers that are analysed together or not at all, for ever.

Whatever is asked, an analysis takes whole blocks only; so two analyses differ by nobody or by at least five. Answers
that agree in their whole place make a block as soon as they are five. What is left of a place after a week goes with
others of its unit, then of the unit above, and so on: such a block is analysed only where all five belong.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from survey.published.disclosure import SMALLEST_SHOWN
from survey.published.places import above

FIVE = SMALLEST_SHOWN
Block = tuple["Pending", ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """An answer in no block yet. ``items``: what it scored, of which sub-process; ``known``: whether by a contact."""

    id: UUID
    day: date
    unit: str
    trigger: str
    segment: str | None
    known: bool
    items: tuple[str, ...]


def alike(pending: Iterable[Pending]) -> list[Block]:
    """Blocks of those that agree in everything but the day."""
    return _cut(pending, lambda one: (one.trigger, one.unit, one.segment, one.known, one.items))


def merged(pending: Iterable[Pending]) -> list[Block]:
    """Blocks of what no whole place has enough of: of a unit with the same items, of a unit, of those above it."""
    left = list(pending)
    deepest = max((one.unit.count("/") for one in left), default=0)
    keys: list[Callable[[Pending], Hashable]] = [
        lambda one: (one.trigger, one.unit, one.known, one.items),
        lambda one: (one.trigger, one.unit),
        *(partial(_within, depth=depth) for depth in range(deepest, 0, -1)),
    ]
    found: list[Block] = []
    for key in keys:
        blocks = _cut(left, key)
        found += blocks
        left = without(left, blocks)
    return found


def without(pending: Iterable[Pending], blocks: Iterable[Block]) -> list[Pending]:
    """Those in none of the blocks."""
    gone = {one.id for block in blocks for one in block}
    return [one for one in pending if one.id not in gone]


def _cut(pending: Iterable[Pending], key: Callable[[Pending], Hashable]) -> list[Block]:
    """By fives in the order of the days, so that a block spans few of them."""
    places: dict[Hashable, list[Pending]] = defaultdict(list)
    for one in sorted(pending, key=lambda one: (one.day, one.id)):
        places[key(one)].append(one)
    starts = [(members, at) for members in places.values() for at in range(0, len(members) - FIVE + 1, FIVE)]
    return [tuple(members[at : at + FIVE]) for members, at in starts]


def _within(one: Pending, depth: int) -> Hashable:
    """The trigger and the unit up to a depth: ``/city/east/hall-1/`` up to 2 is ``/city/``."""
    line = [*above(one.unit), one.unit]
    return one.trigger, line[min(depth, len(line)) - 1]
