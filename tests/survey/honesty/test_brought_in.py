"""Answers imported into months that are over: their months are looked through, again where they were before."""

from datetime import datetime, timedelta
from itertools import count

import pytest

from kit.auth import Role
from survey.published.service import catch_up
from tests.survey.exchange.importing import Importing
from tests.survey.honesty.months import looked_through

UNIT = "/city/imported/"
HEADING = "id,account,occurred_at,unit,sub_process,overall\n"
numbers = count(1)


@pytest.fixture(scope="module")
async def april(survey, asking):
    """A day of April; the service was there since March."""
    await asking.answer(await asking.invited(), overall=4)
    survey.clock.at = datetime.fromisoformat("2026-04-20T09:00:00+08:00")
    await looked_through(survey)
    return Importing(survey)


async def brought(importing, day, *scores, account=""):
    lines = [f"past-{next(numbers)},{account},{day} 09:00,{UNIT},RB-09,{score}\n" for score in scores]
    done = await importing.run(HEADING + "".join(lines), kind="responses", questionnaire="after_order")
    assert done["changed"] == len(scores)


async def figures(survey):
    await catch_up(survey.runtime.database, survey.runtime.context)
    async with survey.client(Role.ANALYST) as analyst:
        found = await analyst.get("/v1/insights/scores", params={"unit": UNIT, "without_flagged": "true"})
    (cell,) = found.json()["items"]
    return cell["n"], cell["without_flagged"]["n"]


class TestBroughtIn:
    async def test_a_month_before_all_others_is_looked_through_too(self, survey, april):
        before = await looked_through(survey)
        await brought(april, "2025-11-03", *[4] * 6)
        assert await looked_through(survey) == before  # others of the file may come yet
        survey.clock.advance(timedelta(minutes=6))
        assert await looked_through(survey) == sorted([*before, "2025-11"])
        assert await figures(survey) == (6, 6)

    async def test_into_a_day_that_was_counted_they_enter_once(self, survey, april):
        for times in (1, 2):
            before = await looked_through(survey)
            await brought(april, "2025-11-03", *[2] * 5)
            survey.clock.advance(timedelta(minutes=6))
            assert await looked_through(survey) == sorted([*before, "2025-11"])
            assert await figures(survey) == (6 + 5 * times, 6 + 5 * times)
        async with survey.client(Role.ANALYST) as analyst:
            again = await analyst.post("/v1/insights/honesty/runs", json={"month": "2025-11"})
        assert again.status_code == 202
        await looked_through(survey)
        assert await figures(survey) == (16, 16)
        assert await survey.sql("SELECT 1 FROM late_answer") == []

    async def test_flagged_ones_stay_out(self, survey, april, asking):
        staff = await asking.contact(phone="+8613900000009")
        async with survey.client(Role.ADMIN) as admin:
            await admin.put("/v1/insights/honesty/staff-numbers", json={"numbers": ["+8613900000009"]})
        n, without = await figures(survey)
        await brought(april, "2025-11-03", *[5] * 5, account=staff)
        survey.clock.advance(timedelta(minutes=6))
        await looked_through(survey)
        assert await figures(survey) == (n + 5, without)

    async def test_the_present_month_waits_for_its_end(self, survey, april):
        before = await looked_through(survey)
        await brought(april, "2026-04-02", *[3] * 5)
        survey.clock.advance(timedelta(minutes=6))
        assert await looked_through(survey) == before
