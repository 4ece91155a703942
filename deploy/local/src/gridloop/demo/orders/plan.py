"""Which orders there will be in a week, whose, and what happens in each when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from gridloop.demo.calendar import Weeks

JITTER = 25
KINDS = ("open", "start", "accept", "hand_over", "return", "fail")


@dataclass(frozen=True)
class Move:
    """``kind`` is one of ``KINDS``; ``checkpoint``: what a return or a failed check names."""

    kind: str
    stage: str
    at: datetime
    checkpoint: str | None = None


@dataclass(frozen=True)
class PlannedOrder:
    """``number`` is the customer-service system's own; ``course`` names how it will go."""

    number: str
    kind: str
    route: str
    unit: str
    account: str
    course: str
    moves: Sequence[Move]


def courses_of(counts: Mapping[str, int], kinds: Any, phase: str, chance: Random) -> Iterator[tuple[str, str]]:
    """(kind, course) of each order of a week: as many of each course as its share, in a random order."""
    for kind, count in counts.items():
        courses = apportioned(kinds[kind]["courses"][phase], count)
        chance.shuffle(courses)
        yield from ((kind, course) for course in courses)


def apportioned(shares: Mapping[str, float], count: int) -> list[str]:
    """``count`` names in proportion to their shares, by largest remainder; among equals the first named."""
    whole = sum(shares.values())
    exact = {name: count * share / whole for name, share in shares.items()}
    given = {name: int(part) for name, part in exact.items()}
    by_remainder = sorted(exact, key=lambda name: given[name] - exact[name])
    for name in by_remainder[: count - sum(given.values())]:
        given[name] += 1
    return [name for name, number in given.items() for _ in range(number)]


def planned(
    number: int, week: int, kind: str, about: Any, account: str, course: str, courses: Any, weeks: Weeks, chance: Random
) -> PlannedOrder:
    """One order of the week; ``about`` is the kind's entry in the story."""
    day = chance.choice(courses[course]["days"])
    shift = timedelta(minutes=chance.randrange(JITTER))
    opened = weeks.at(week, day, "00:00")
    return PlannedOrder(
        number=f"GD{opened:%Y%m%d}-{number:05d}",
        kind=kind,
        route=about["route"],
        unit=about["unit"],
        account=account,
        course=course,
        moves=[_move(entry, opened, shift) for entry in courses[course]["moves"]],
    )


def _move(entry: Mapping[str, str], opened: datetime, shift: timedelta) -> Move:
    kind = next(name for name in KINDS if name in entry)
    days, time = (entry["at"] if kind != "open" else entry["open"]).split()
    hour, minute = map(int, time.split(":"))
    at = opened + timedelta(days=int(days), hours=hour, minutes=minute) + shift
    return Move(kind, "" if kind == "open" else entry[kind], at, entry.get("checkpoint"))
