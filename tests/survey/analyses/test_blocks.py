"""Five answers are analysed together or not at all: whatever two analyses are compared, they differ by five or nobody.

A small population grows while everything is asked of it; who was taken is looked up behind the figures.
"""

import asyncio
import random
from datetime import date, timedelta
from itertools import combinations, pairwise, product
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.auth import Role
from kit.ids import new_id
from survey.analyses.blocks import FIVE, Pending, alike, merged, without
from survey.analyses.masks import of_one_category, whole
from survey.analyses.schemas import AnalysisIn
from survey.analyses.service import assign, gather, look_at
from survey.insights.grid import Fact
from survey.insights.service import store_scores
from survey.questionnaires.scoring import Score

DAY = date(2026, 3, 2)
UNITS = ["/", "/city/", "/city/east/", "/city/east/hall-1/", "/city/east/hall-2/", "/city/west/"]
DRIVERS = ["staff_conduct", "billing_accuracy"]
answers = st.lists(
    st.builds(
        Pending,
        id=st.integers(0, 10**6).map(lambda number: UUID(int=number)),
        day=st.integers(0, 20).map(lambda days: DAY + timedelta(days=days)),
        unit=st.sampled_from(UNITS),
        trigger=st.sampled_from(["order_completed", "none"]),
        segment=st.sampled_from(["home", "industry", None]),
        known=st.booleans(),
        items=st.sampled_from([(" RB-09",), (" RB-09", "price "), (" ",)]),
    ),
    max_size=80,
    unique_by=lambda one: one.id,
)


class TestBlocks:
    @given(answers)
    def test_each_is_in_one_block_of_five_or_in_none(self, pending):
        first = alike(pending)
        blocks = first + merged(without(pending, first))
        assert all(len(block) == FIVE for block in blocks)
        placed = [one.id for block in blocks for one in block]
        assert len(set(placed)) == len(placed)
        for trigger in ("order_completed", "none"):  # of each occasion fewer than five are left in the whole company
            assert sum(one.trigger == trigger for one in without(pending, blocks)) < FIVE

    @given(answers)
    def test_those_of_a_whole_place_agree_and_no_five_of_it_are_left(self, pending):
        blocks = alike(pending)
        place = lambda one: (one.trigger, one.unit, one.segment, one.known, one.items)  # noqa: E731
        assert all(len({place(one) for one in block}) == 1 for block in blocks)
        left = [place(one) for one in without(pending, blocks)]
        assert all(left.count(one) < FIVE for one in left)

    @given(st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.sampled_from("ab")), max_size=60))
    def test_a_block_is_taken_in_full_or_not_at_all(self, rows):
        blocks, fits = np.array([row[0] for row in rows], dtype=int), np.array([row[1] for row in rows], dtype=bool)
        taken = whole(blocks, fits)
        alike_ones = of_one_category(blocks, [row[2] for row in rows])
        for block in set(blocks):
            mine = blocks == block
            assert taken[mine].sum() in {0, FIVE}
            assert not taken[mine & ~fits].any()
            kinds = {row[2] for row, own in zip(rows, mine, strict=True) if own}
            assert set(alike_ones[mine]) == {len(kinds) == 1}


def somebody(chance, now):
    about = chance.choice(["RB-05", "RB-05", "RB-09"])
    scored = [None, *[driver for driver in DRIVERS if chance.random() < 0.85]]
    return Fact(
        response_id=new_id(),
        unit=chance.choice(["/city/east/hall-1/"] * 4 + ["/city/east/hall-2/", "/city/east/", "/city/west/"]),
        sub_process=None,
        trigger=chance.choice(["order_completed"] * 4 + ["none"]),
        occurred_at=now - timedelta(days=chance.choice([0, 0, 1, 2])),
        scores=tuple(Score("item", one, None, about, float(chance.randint(1, 5)), low=False) for one in scored),
        recommendation=None,
    )


PERIODS = [(None, None), (None, DAY + timedelta(days=6)), (DAY + timedelta(days=3), DAY + timedelta(days=16))]


def questions():
    for unit, (first, last), sub_process, trigger in product(
        UNITS, PERIODS, [None, "RB-05"], [None, "order_completed"]
    ):
        of = {"period_from": first, "period_to": last, "sub_process": sub_process, "trigger": trigger}
        yield unit, AnalysisIn(kind="raking", margins={"unit": {"/": 1.0}}, **of)
        yield unit, AnalysisIn(kind="raking", margins={"unit": {"/city/east/hall-1/": 0.5, "/": 0.5}}, **of)
        for drivers in ([DRIVERS[0]], DRIVERS):
            yield unit, AnalysisIn(kind="drivers_lmg", drivers=drivers, **of)


async def everything(survey):
    """Who is taken for each question that can be asked now, and of which category."""
    await assign(survey.runtime.database, survey.runtime.context)
    found = []
    for unit, asked in questions():
        taken = await gather(survey.runtime.database, asked, unit, survey.runtime.context)
        found.append(frozenset(taken.respondents))
    return found


@pytest.fixture(scope="module")
async def history(survey):
    chance, seen = random.Random(20260302), []
    for _ in range(5):
        facts = [somebody(chance, survey.clock.now()) for _ in range(chance.choice([37, 52, 61]))]
        async with survey.runtime.database.writing() as session:
            store_scores(session, facts)
            await look_at(session, [fact.response_id for fact in facts])
        seen.append(await everything(survey))
        survey.clock.advance(timedelta(days=chance.choice([1, 4, 6])))
    return seen


async def test_any_two_analyses_differ_by_nobody_or_by_five_and_more(history):
    """Of any units, periods, sub-processes, items and occasions, asked at one time or at two."""
    taken = {people for seen in history for people in seen}
    assert len(taken) > 30
    assert max(len(people) for people in taken) > 40
    for one, other in combinations(taken, 2):
        for difference in (one - other, other - one):
            assert not difference or len(difference) >= FIVE


async def test_what_was_taken_once_stays_taken(history):
    for before, after in pairwise(history):
        assert all(people <= more for people, more in zip(before, after, strict=True))


async def test_nobody_is_forgotten(survey, history):
    """Once they have waited for others alike, all but fewer than five of each occasion are taken."""
    survey.clock.advance(timedelta(days=8))
    await assign(survey.runtime.database, survey.runtime.context)
    stored = await survey.sql('SELECT "trigger", count(DISTINCT response_id) AS n FROM score GROUP BY 1')
    for trigger, n in stored:
        asked = AnalysisIn(kind="raking", margins={"unit": {"/": 1.0}}, trigger=trigger)
        taken = await gather(survey.runtime.database, asked, "/", survey.runtime.context)
        assert n - FIVE < taken.n <= n


async def test_two_workers_that_find_the_same_answers_make_each_block_once(survey, history):
    """Whichever comes second leaves alone what the first one took."""
    members = "SELECT block, count(*) AS n FROM analysis_member GROUP BY block"
    await survey.sql("DELETE FROM analysis_member WHERE block IN (SELECT block FROM analysis_member LIMIT 20)")
    await survey.sql("DELETE FROM analysis_reach")
    await asyncio.gather(*(assign(survey.runtime.database, survey.runtime.context) for _ in range(3)))
    assert {row["n"] for row in await survey.sql(members)} == {FIVE}


class TestReach:
    """Each look is at what is new, and forgets nobody."""

    async def test_an_answer_from_a_phone_is_found_by_when_it_came(self, survey, asking, history):
        await assign(survey.runtime.database, survey.runtime.context)
        answered = [await asking.answer(await asking.invited(), overall=4, billing=3) for _ in range(5)]
        assert await in_blocks(survey, answered) == 0
        await assign(survey.runtime.database, survey.runtime.context)
        assert await in_blocks(survey, answered) == 5

    async def test_anonymous_ones_by_their_day(self, survey, asking, history):
        await asking.campaign("hidden", questionnaire="after_order", trigger="none", confidentiality="anonymous")
        await assign(survey.runtime.database, survey.runtime.context)
        for _ in range(5):
            body = {"campaign": "hidden", "account": await asking.contact(), "unit": "/city/east/hall-1/"}
            made = await asking.post("/v1/invitations", body | {"sub_process": "RB-09"}, Role.INTEGRATOR)
            link = await asking.post(f"/v1/invitations/{made['id']}/link", None, Role.INTEGRATOR, status=200)
            await asking.answer(link["token"], overall=4)
        await assign(survey.runtime.database, survey.runtime.context)
        released = [row["id"] for row in await survey.sql("SELECT id FROM anonymous_response")]
        assert len(released) == await in_blocks(survey, released) == 5

    async def test_who_was_left_over_waits_in_a_list_and_is_placed_later(self, survey, asking, history):
        here = {"unit": "/city/north/hall-9/"}
        first = [await asking.answer(await asking.invited(**here), overall=4, billing=3) for _ in range(3)]
        await assign(survey.runtime.database, survey.runtime.context)
        survey.clock.advance(timedelta(days=2))  # far beyond what is looked at again
        more = [await asking.answer(await asking.invited(**here), overall=4, billing=3) for _ in range(2)]
        await assign(survey.runtime.database, survey.runtime.context)
        assert await in_blocks(survey, first + more) == 5
        left = await survey.sql("SELECT 1 FROM analysis_pending WHERE response_id = ANY($1::uuid[])", first)
        assert left == []

    async def test_a_look_reads_as_much_as_is_new(self, survey, history):
        """One that was in no list and came long ago is passed over, until all are looked through again."""
        await assign(survey.runtime.database, survey.runtime.context)
        (missed,) = await survey.sql("SELECT response_id AS id FROM analysis_member WHERE place = 0 LIMIT 1")
        block = "(SELECT block FROM analysis_member WHERE response_id = $1)"
        await survey.sql(f"DELETE FROM analysis_member WHERE block = {block}", missed["id"])
        survey.clock.advance(timedelta(days=3))
        await assign(survey.runtime.database, survey.runtime.context)
        assert await in_blocks(survey, [missed["id"]]) == 0
        survey.clock.advance(timedelta(days=30))
        await assign(survey.runtime.database, survey.runtime.context)
        assert await in_blocks(survey, [missed["id"]]) == 1

    async def test_no_block_is_called_as_one_of_its_members(self, survey, history):
        """An erased customer's answer has a new id; the old one must stand nowhere beside it."""
        wrong = "SELECT 1 FROM analysis_member AS m JOIN analysis_member AS n ON n.block = m.response_id"
        assert await survey.sql(wrong) == []


async def in_blocks(survey, responses):
    placed = "SELECT count(*) AS n FROM analysis_member WHERE response_id = ANY($1::uuid[])"
    return (await survey.sql(placed, list(responses)))[0]["n"]
