"""Scores with and without flagged answers side by side, where scores are read, and what pairs of them tell."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product

import pytest

from kit.auth import Role
from kit.db.rows import run_rows
from survey.insights.service import NEW_TALLIES, add_up
from survey.published.disclosure import Place
from survey.published.places import Period
from survey.published.service import Asked, catch_up, read, read_unflagged
from tests.survey.honesty.test_honesty import HALL, answer, run
from tests.survey.published.test_pairs import PEOPLE, PERIODS, SHANGHAI, UNITS, Told, days_of, somebody


async def scores(survey, **more):
    params = {"unit": HALL, "without_flagged": "true"} | more
    async with survey.client(Role.ANALYST) as analyst:
        found = await analyst.get("/v1/insights/scores", params={k: v for k, v in params.items() if v is not None})
    assert found.status_code == 200, found.text
    return found.json()["items"]


@pytest.fixture(scope="module")
async def march(survey, asking):
    """30 threes as customers give them, 10 fives that nobody can have read."""
    for _ in range(30):
        await answer(asking, overall=3)
    for _ in range(10):
        await answer(asking, seconds=1)
    (before,) = await scores(survey)
    survey.clock.at = datetime.fromisoformat("2026-04-01T02:00:00+08:00")
    await survey.fire_timers()
    while await survey.runtime.jobs.run_next():
        pass
    return before


class TestScores:
    async def test_with_and_without_side_by_side(self, survey, march):
        (cell,) = await scores(survey)
        assert (cell["n"], cell["mean"]["value"]) == (40, pytest.approx(3.5))
        assert (cell["without_flagged"]["n"], cell["without_flagged"]["mean"]["value"]) == (30, 3.0)
        assert cell["without_flagged"]["csat"]["value"] == 0.0

    async def test_before_the_month_was_looked_through_it_says_so(self, march):
        without = march["without_flagged"]
        assert (without["n"], without["mean"]["value"]) == (0, None)
        assert "has closed" in without["mean"]["reason"]

    async def test_who_does_not_ask_pays_nothing(self, survey, march):
        (cell,) = await scores(survey, without_flagged=None)
        assert cell["without_flagged"] is None

    async def test_of_drivers_it_is_not_counted(self, survey, march):
        (cell,) = await scores(survey, driver="staff_skill")
        assert "Only the overall score" in cell["without_flagged"]["mean"]["reason"]

    async def test_looked_through_again_each_counts_once(self, survey, asking, march):
        await run(asking, "2026-03")
        (cell,) = await scores(survey)
        assert cell["without_flagged"]["n"] == 30


class TestDays:
    async def test_a_day_is_counted_on_from_where_it_stopped(self, survey, asking, monkeypatch):
        """Chunks of two answers: as many as there are enter, whatever the size of a chunk."""
        from survey.honesty import service

        survey.clock.at = datetime.fromisoformat("2026-05-04T09:00:00+08:00")
        for _ in range(7):
            await answer(asking, overall=4, unit="/city/far/")
        survey.clock.at = datetime.fromisoformat("2026-06-01T09:00:00+08:00")
        monkeypatch.setattr(service, "AT_ONCE", 2)
        await run(asking, "2026-05")
        (cell,) = await scores(survey, unit="/city/far/", **{"from": "2026-05-01", "to": "2026-05-31"})
        assert (cell["n"], cell["without_flagged"]["n"]) == (7, 7)


def without_flag(facts) -> Iterator[dict[str, object]]:
    import json

    for fact in facts:
        score = fact.scores[0]
        yield {
            "day": fact.occurred_at.astimezone(SHANGHAI).date(),
            "unit": fact.unit,
            "segment": fact.segment,
            "trigger": fact.trigger,
            "entries": json.dumps([["unflagged", "", score.sub_process, score.value, 0, 0]]),
        }


def people(sums) -> frozenset[int]:
    return frozenset(at for at in range(PEOPLE) if int(sums.total) >> at & 1)


class TestPairs:
    """The population of tests/survey/published/test_pairs.py, a fifth of which is flagged a while later."""

    async def shown(self, survey) -> list[Told]:
        found = []
        await catch_up(survey.runtime.database, survey.runtime.context)
        async with survey.runtime.database.reading() as session:
            for unit, period in product(UNITS, PERIODS):
                asked = Asked(unit, topic="", member="", period=period)
                for place, sums in (await read(session, asked, most=1000)).cells.items():
                    found.append(Told(place, days_of(place, None, period), people(sums)))
                for sums in (await read_unflagged(session, asked, most=1000)).values():
                    if sums is not None:
                        place = Place(unit, "", "", "unflagged", "", None)
                        found.append(Told(place, days_of(place, None, period), people(sums)))
        return found

    async def test_no_pair_of_scores_with_and_without_leaves_one_to_four(self, engines, tmp_path):
        from tests.support.services import running

        chance, number, looked_at = random.Random(20260401), 0, 0
        async with running(engines, "survey", tmp_path) as survey:
            late = []
            while number < PEOPLE:
                batch = min(chance.choice([3, 4, 6, 8]), PEOPLE - number)
                facts = [somebody(number + more, chance, survey.clock.now()) for more in range(batch)]
                number += batch
                fine = [fact for fact in facts if chance.random() < 0.8]
                async with survey.runtime.database.writing() as session:
                    add_up(session, facts, SHANGHAI)
                    if late:
                        await run_rows(session, NEW_TALLIES, list(without_flag(late)))
                late = fine
                told = await self.shown(survey)
                looked_at += sum(self.fits(large, small) for large in told for small in told)
                survey.clock.advance(timedelta(days=chance.choice([0, 1, 3])))
        assert looked_at > 200

    def fits(self, large: Told, small: Told) -> bool:
        """Whether the two are a pair of which one holds the other; fails where it tells of one to four."""
        same = large.place._replace(measure=""), small.place._replace(measure="")
        inside = large.days[0] <= small.days[0] and small.days[1] <= large.days[1]
        nested = small.place.unit.startswith(large.place.unit) and inside and large is not small
        if not nested or (large.place.measure, small.place.measure) == ("unflagged", "score"):
            return False
        more, fewer = large.people - small.people, small.people - large.people
        assert not (more or fewer) or len(more) >= 5, (same, large, small)
        return small.place.measure == "unflagged"


async def test_the_period_is_that_of_the_service(survey, asking):
    """As all figures of the grid: about service in the period, whenever the answer came."""
    (cell,) = await scores(survey, **{"from": date(2026, 7, 1).isoformat()})
    assert (cell["n"], cell["without_flagged"]["n"]) == (0, 0)
    assert Period(date(2026, 7, 1)).is_open is False
