"""Cronbach's alpha over the respondents asked for, who are told of in whole blocks of five."""

from datetime import timedelta
from urllib.parse import urlencode

import numpy as np
import pytest

from kit.auth import Role

UNIT = "/city/scale/"
ITEMS = ("billing_accuracy", "staff_conduct")
ANSWERS = [(1, 2), (2, 2), (5, 4), (3, 3), (4, 5), (2, 1), (5, 5), (3, 4), (4, 4), (1, 1)]


@pytest.fixture(scope="module")
async def answered(survey, asking):
    """On four days some answers about bills and conduct, of one segment after the other, and two of bills alone.

    Blocks of five begin on one day and end on the next.
    """
    for day in range(4):
        segment = "residential" if day < 3 else "industrial"
        for billing, conduct in ANSWERS + ANSWERS[: 2 * (day < 3)]:
            account = await asking.contact(segment=segment)
            token = await asking.invited(account, unit=UNIT)
            await asking.answer(token, overall=3, billing=billing, conduct=conduct)
        for _ in range(2):
            await asking.answer(await asking.invited(unit=UNIT), overall=3, billing=5)
        survey.clock.advance(timedelta(days=1))
    return asking


async def reliability(survey, *, status=200, **query):
    async with survey.client(Role.ANALYST) as client:
        asked = {"unit": UNIT, "item": ITEMS} | query
        answer = await client.get("/v1/insights/reliability?" + urlencode(asked, doseq=True))
    assert answer.status_code == status, answer.text
    return answer.json()


async def in_whole_blocks(survey):
    """What the respondents in blocks said, by item."""
    rows = await survey.sql(
        "SELECT array_agg(value ORDER BY driver) AS said FROM score JOIN analysis_member USING (response_id) "
        "WHERE unit = $1 AND driver = ANY($2::text[]) GROUP BY response_id HAVING count(*) = 2",
        UNIT,
        list(ITEMS),
    )
    return [row["said"] for row in rows]


def by_covariances(answers):
    covariance = np.cov(np.array(answers).T)
    k = len(covariance)
    return k / (k - 1) * (1 - covariance.trace() / covariance.sum())


class TestScales:
    async def test_it_is_that_of_those_who_answered_every_item(self, survey, answered):
        found = await reliability(survey)
        assert found["items"] == list(ITEMS)
        said = await in_whole_blocks(survey)
        assert found["figure"]["n"] == found["figure"]["effective_n"] == len(said) == 45
        assert found["figure"]["value"] == pytest.approx(by_covariances(said))
        assert found["parameters"]["counting"].endswith("the latest may still wait for their block.")

    async def test_it_keeps_to_what_it_prints(self, survey, answered):
        """Whatever bounds are printed were used."""
        found = await reliability(survey, segment="residential", trigger="order_completed", sub_process="RB-09")
        assert found["figure"]["n"] == 35
        assert found["parameters"]["segment"] == "residential"
        assert (await reliability(survey, segment="industrial"))["figure"]["n"] is None
        assert (await reliability(survey, trigger="incident_restored"))["figure"]["n"] is None
        refused = await reliability(survey, driver="price", status=422)
        assert refused["errors"][0]["pointer"] == "/driver"

    async def test_a_block_that_ends_beyond_the_period_is_left_out_in_full(self, survey, answered):
        found = await reliability(survey, **{"from": "2026-03-02"}, to="2026-03-04")
        assert found["figure"]["n"] == 35
        assert (await reliability(survey, **{"from": "2026-03-03"}))["figure"]["n"] == 30

    async def test_a_few_respondents_are_withheld(self, survey, answered):
        found = await reliability(survey, to="2026-03-03")
        assert (found["figure"]["value"], found["figure"]["n"]) == (None, None)
        assert found["figure"]["reason"].startswith("Withheld: fewer than 30")

    async def test_one_answer_more_changes_nothing_before_there_are_five(self, survey, answered):
        seen = []
        for number in range(6):
            seen.append((await reliability(survey))["figure"])
            token = await answered.invited(await answered.contact(segment="industrial"), unit=UNIT)
            await answered.answer(token, overall=3, billing=1 + number % 5, conduct=5)
        assert [one["n"] for one in seen] == [45] * 5 + [50]
        assert len({one["value"] for one in seen}) == 2
