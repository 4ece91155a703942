"""Every pair of grid queries over a small population: what can be told of few people by taking differences?

The population grows as answers come in. Each respondent's score is a power of two of his own, so that the total of a
cell tells exactly who is in it.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise, product
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from survey.insights.grid import Fact
from survey.insights.service import add_up
from survey.published.disclosure import Place, containing
from survey.published.places import Grain, Period, Topic
from survey.published.service import Asked, catch_up, read
from survey.questionnaires.scoring import Score
from tests.support.services import START, Service

SHANGHAI = ZoneInfo("Asia/Shanghai")
UNITS = ["/", "/city/", "/city/east/", "/city/east/hall-1/", "/city/east/hall-2/", "/city/west/"]
TOPICS: list[Topic] = ["", "sub_process", "segment"]
MARCH = date(2026, 3, 1)
PERIODS = [Period(), Period(None, date(2026, 3, 8)), Period(date(2026, 3, 4), date(2026, 3, 20)), Period(MARCH, None)]
TIMES: list[tuple[Grain | None, Period]] = [(None, one) for one in PERIODS]
TIMES += [(grain, Period()) for grain in ("day", "week", "month")]  # type: ignore[misc]
ROUNDS, PEOPLE = 9, 50


@dataclass(frozen=True)
class Told:
    """Who is in a shown cell; ``days``: the first and last day that it may be about."""

    place: Place
    days: tuple[date, date]
    people: frozenset[int]

    def holds(self, other: "Told") -> bool:
        """Whether every answer of ``other``'s cell belongs into this one by what the two are about."""
        begin, end = self.days
        inside = begin <= other.days[0] and other.days[1] <= end
        same = replace_bucket(self.place)
        return inside and (same == replace_bucket(other.place) or same in containing(replace_bucket(other.place)))


def replace_bucket(place: Place) -> Place:
    return place._replace(bucket=None)


def somebody(number: int, chance: random.Random, now: Any) -> Fact:
    about = chance.choice(["RB-05", "RB-05", "RB-05", "RB-09"])
    return Fact(
        response_id=UUID(int=number),
        unit=chance.choice(["/city/east/hall-1/"] * 4 + ["/city/east/hall-2/", "/city/east/", "/city/west/"]),
        sub_process=None,
        trigger="order_completed",
        occurred_at=now - timedelta(days=chance.choice([0, 0, 0, 1, 2])),
        scores=(Score("item", None, None, about, 2.0**number, low=False),),
        recommendation=None,
        segment=chance.choice(["home", "home", "home", "home", "industry", None]),
    )


def days_of(place: Place, grain: Grain | None, period: Period) -> tuple[date, date]:
    if grain is None or place.bucket is None:
        return period.first or date.min, period.last or date.max
    if grain == "month":
        return place.bucket, (place.bucket + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return place.bucket, place.bucket + timedelta(days=6 if grain == "week" else 0)


async def everything(survey: Service) -> dict[tuple[Place, tuple[date, date]], Told]:
    """All that can be asked now, each cell alone and in groups."""
    found = {}
    await catch_up(survey.runtime.database, survey.runtime.context)
    for unit, topic in product(UNITS, TOPICS):
        async with survey.runtime.database.reading() as session:
            for grain, period in TIMES:
                asked = Asked(unit, topic=topic, member=None if topic else "", grain=grain, period=period)
                for place, sums in (await read(session, asked, most=1000)).cells.items():
                    people = frozenset(at for at in range(PEOPLE) if int(sums.total) >> at & 1)
                    assert len(people) == sums.n
                    told = Told(place, days_of(place, grain, period), people)
                    found[place, told.days] = told
    return found


@pytest.fixture(scope="module")
async def history(survey: Service) -> list[dict[tuple[Place, tuple[date, date]], Told]]:
    """What could be seen after each round of answers, a few days apart."""
    chance, number, seen = random.Random(20260302), 0, []
    for _ in range(ROUNDS):
        batch = min(chance.choice([3, 4, 6, 8]), PEOPLE - number)
        people = [somebody(number + more, chance, survey.clock.now()) for more in range(batch)]
        number += batch
        async with survey.runtime.database.writing() as session:
            add_up(session, people, SHANGHAI)
        seen.append(await everything(survey))
        survey.clock.advance(timedelta(days=chance.choice([0, 1, 3])))
    assert survey.clock.now() > START
    return seen


async def test_no_cell_is_about_one_to_four(history):
    assert all(len(told.people) >= 5 for seen in history for told in seen.values())
    assert sum(len(seen) for seen in history) > 200


async def test_no_pair_of_cells_leaves_one_to_four(history):
    looked_at = 0
    for seen in history:
        for small in seen.values():
            for large in seen.values():
                if large is not small and large.holds(small):
                    looked_at += 1
                    only, other = large.people - small.people, small.people - large.people
                    assert not (only or other) or len(only) >= 5, (small, large)
    assert looked_at > 500


async def test_a_shown_cell_changes_by_five_and_more_or_not_at_all(history):
    steps = 0
    for earlier, later in pairwise(history):
        for key in earlier.keys() & later.keys():
            gone, come = earlier[key].people - later[key].people, later[key].people - earlier[key].people
            assert not gone
            assert not come or len(come) >= 5
            steps += bool(come)
    assert steps > 10


async def test_nobody_is_forgotten(survey, history):
    """A while later all but the last few of each place are counted."""
    survey.clock.advance(timedelta(days=40))
    seen = await everything(survey)
    whole = seen[Place("/", "", "", "score", "", None), (date.min, date.max)]
    last = max(max(told.people) for told in seen.values())
    assert len(whole.people) > last - 5
