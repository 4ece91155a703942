"""Months are looked through once they have closed, whether or not anybody asks."""

from datetime import datetime, timedelta

import pytest

from survey.honesty.timers import begin
from tests.survey.honesty.months import looked_through
from tests.survey.honesty.test_honesty import answer

HALL = "/city/east/hall-1/"


def at(text):
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.fixture(scope="module")
async def fast_ones(survey, asking):
    """Answers of the last minutes of March, too quick to be read."""
    survey.clock.at = at("2026-03-31T23:50:00")
    return [await answer(asking, seconds=1) for _ in range(6)]


class TestMonths:
    async def test_not_before_the_month_has_closed(self, survey, fast_ones):
        survey.clock.at = at("2026-03-31T23:59:59")
        assert await looked_through(survey) == []

    async def test_once_it_has_without_anybody_asking(self, survey, fast_ones):
        survey.clock.at = at("2026-04-01T01:00:00")
        assert await looked_through(survey) == ["2026-03"]
        (row,) = await survey.sql("SELECT count(DISTINCT response_id) AS n FROM response_flag")
        assert row["n"] == len(fast_ones)
        survey.clock.advance(timedelta(days=20))
        assert await looked_through(survey) == ["2026-03"]

    async def test_months_that_went_by_unattended_follow_one_another(self, survey, fast_ones):
        survey.clock.at = at("2026-07-02T09:00:00")
        assert await looked_through(survey) == ["2026-03", "2026-04", "2026-05", "2026-06"]

    async def test_another_start_changes_nothing(self, survey, fast_ones):
        async with survey.runtime.database.writing() as session:
            await begin(session, survey.runtime.context)
        assert len(await looked_through(survey)) == 4
        (row,) = await survey.sql(
            "SELECT payload ->> 'month' AS month FROM timer WHERE kind = 'insights.honesty.month'"
        )
        assert row["month"] == "2026-07"
