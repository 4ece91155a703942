"""Employees with their posts: one sheet per holder."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from random import Random
from typing import Any

from gridloop.demo.people.names import NameBook

Place = tuple[str, str]
"""(post, unit)"""


@dataclass(frozen=True)
class Holder:
    """An employee with the post that they hold."""

    employee: str
    name: str
    post: str
    unit: str


def listed(posts: Any, districts: Sequence[str]) -> list[Place]:
    """Post and unit of each holder named in ``company.yaml``, one entry per holder."""
    places = [
        (post, f"/city/{district}/{team}/")
        for district in districts
        for team, held in posts["teams"].items()
        for post, holders in held.items()
        for _ in range(holders)
    ]
    central = [
        (post, unit) for unit, held in posts["units"].items() for post, holders in held.items() for _ in range(holders)
    ]
    return places + central


def whole_company(
    known: Sequence[Place], posts_of: Mapping[str, Sequence[str]], holders: Mapping[str, int]
) -> list[Place]:
    """As many holders as the model company has, those named first.

    ``posts_of``: main process -> the posts of its sub-processes; ``holders``: main process -> its holders.
    """
    units = {post: cycle(dict.fromkeys(unit for other, unit in known if other == post)) for post, _ in known}
    wanted = list(_wanted(posts_of, holders))
    total, left = len(wanted), list(known)
    for post in wanted:
        if post not in units:
            units[post] = cycle(["/city/"])
    missing = list(wanted)
    for post, _ in left:
        if post in missing:
            missing.remove(post)
    return (left + [(post, next(units[post])) for post in missing])[:total]


def _wanted(posts_of: Mapping[str, Sequence[str]], holders: Mapping[str, int]) -> Iterator[str]:
    for process, number in holders.items():
        posts = cycle(posts_of[process])
        yield from (next(posts) for _ in range(number))


def appointed(places: Sequence[Place], names: NameBook, chance: Random) -> list[Holder]:
    """Each place with an employee of its own."""
    numbers = (f"E{number:05d}" for number in count(1))
    return [Holder(next(numbers), names.marked(names.draw(chance)), post, unit) for post, unit in places]


def holder_of(staff: Sequence[Holder], post: str, unit: str) -> Holder:
    """The first holder of the post there. Raises ``LookupError`` where nobody holds it."""
    for holder in staff:
        if (holder.post, holder.unit) == (post, unit):
            return holder
    raise LookupError(f"Nobody holds the post {post} in {unit}.")
