"""Which anonymous answers leave the waiting room together, and what they may then say of where they come from.

An answer's unit, sub-process and segment can point at one customer, if few were asked there. So answers leave in
buckets of at least five, and all of a bucket say the same.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

SMALLEST = 5


@dataclass(frozen=True, slots=True)
class Place:
    """What an answer is about, as far as it is told."""

    questionnaire_id: UUID
    unit: str
    sub_process: str | None
    segment: str | None
    trigger: str


@dataclass(frozen=True, slots=True)
class Held:
    """A complete answer in the waiting room; ``spent`` is the keyed hash of its invitation."""

    id: UUID
    spent: bytes
    place: Place
    digest: str
    answers: dict[str, Any]


def alike(held: Iterable[Held]) -> list[list[Held]]:
    """The buckets whose answers agree in their whole place."""
    return _enough(held, lambda one: one.place)


def settled(held: Iterable[Held]) -> list[list[Held]]:
    """All that can leave when waiting has lasted: alike ones first, then those of a unit, of its parent, and so on."""
    left = list(held)
    buckets = alike(left)
    deepest = max((one.place.unit.count("/") for one in left), default=0)
    for depth in range(deepest, 0, -1):
        gone = {one.id for bucket in buckets for one in bucket}
        left = [one for one in left if one.id not in gone]
        buckets += _enough(left, lambda one, depth=depth: (one.place.questionnaire_id, above(one.place.unit, depth)))  # type: ignore[misc]
    return buckets


def common(bucket: list[Held]) -> Place:
    """What all of a bucket have in common: the unit above them all, and nothing else that differs."""
    places = [one.place for one in bucket]
    (questionnaire,) = {place.questionnaire_id for place in places}
    depth = min(place.unit.count("/") for place in places)
    while len({above(place.unit, depth) for place in places}) > 1:
        depth -= 1
    return Place(
        questionnaire,
        above(places[0].unit, depth),
        _same(place.sub_process for place in places),
        _same(place.segment for place in places),
        _same(place.trigger for place in places) or "none",
    )


def above(unit: str, depth: int) -> str:
    """The unit's ancestor with that many slashes in its path, or the unit itself: ``/city/east/``, 2 -> ``/city/``."""
    return "/" + "".join(f"{name}/" for name in unit.split("/")[1:depth] if name)


def _enough(held: Iterable[Held], key: Callable[[Held], Hashable]) -> list[list[Held]]:
    found: dict[Hashable, list[Held]] = defaultdict(list)
    for one in held:
        found[key(one)].append(one)
    return [bucket for bucket in found.values() if len(bucket) >= SMALLEST]


def _same(values: Iterable[str | None]) -> str | None:
    found = set(values)
    return found.pop() if len(found) == 1 else None
