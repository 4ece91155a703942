"""Planned orders: as many of each course as its share, and every move after the one before."""

from collections import Counter
from datetime import date
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridloop.demo.calendar import Weeks, weeks_after
from gridloop.demo.content import read
from gridloop.demo.orders.customers import Pools
from gridloop.demo.orders.plan import PlannedOrder, apportioned, planned
from gridloop.demo.people.customers import Mix, population
from gridloop.demo.people.names import name_book

WEEKS = Weeks(date(2027, 3, 1))


def order(course: str, seed: int = 1) -> PlannedOrder:
    story = read("demo/story")
    about = {"route": "ADJUST", "unit": "/city/east/reading/"}
    return planned(1, 2, "adjust_east", about, "3100000001", course, story["courses"], WEEKS, Random(seed))


@given(shares=st.dictionaries(st.text(min_size=1), st.integers(1, 100), min_size=1), count=st.integers(0, 200))
def test_courses_keep_their_shares_to_within_one(shares: dict[str, int], count: int) -> None:
    given_out = Counter(apportioned(shares, count))
    assert sum(given_out.values()) == count
    for name, share in shares.items():
        assert abs(given_out[name] - count * share / sum(shares.values())) < 1


@pytest.mark.parametrize("course", list(read("demo/story")["courses"]))
@pytest.mark.parametrize("seed", range(5))
def test_every_move_comes_after_the_one_before_and_within_the_week(course: str, seed: int) -> None:
    moves = order(course, seed).moves
    assert moves[0].kind == "open"
    assert all(one.at < other.at for one, other in pairwise(moves))
    assert WEEKS.at(2, "mon", "08:00") < moves[0].at
    assert moves[-1].at < WEEKS.at(2, "fri", "18:00")


def test_orders_are_numbered_by_their_day() -> None:
    assert order("late").number == "GD20270308-00001"


class TestPools:
    def test_nobody_is_taken_twice(self) -> None:
        places = {"load-1": ("/city/", "city"), "load-2": ("/city/", "city")}
        customers = population(
            places, (), 40, Mix(0.9, 0.1, 0, 0, {"residential": 1.0}), name_book(read("demo/names")), Random(1)
        )
        pools = Pools(customers, Random(2))
        may = sum(one.may_be_asked for one in customers)
        taken = [pools.take({"load-1", "load-2"}) for _ in range(may)]
        assert len(set(taken)) == may
        with pytest.raises(LookupError, match="too few customers"):
            pools.take({"load-1"})


class TestCalendar:
    @given(st.dates(date(2020, 1, 1), date(2090, 12, 31)))
    def test_the_weeks_begin_on_the_first_monday_of_next_march(self, today: date) -> None:
        monday = weeks_after(today).monday
        assert (monday.year, monday.month, monday.weekday()) == (today.year + 1, 3, 0)
        assert monday.day <= 7

    def test_a_moment_is_read_as_the_story_writes_it(self) -> None:
        assert WEEKS.moment("2 wed 08:52").isoformat() == "2027-03-10T08:52:00+08:00"
