from datetime import timedelta
from urllib.parse import urlencode

import pytest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from kit.auth import Role
from survey.effects.comparison import in_differences
from survey.insights.figures import moments

EAST, WEST = "/city/east/", "/city/west/"
SCORES = {EAST: ([2, 2, 1, 3, 2, 2], [4, 5, 4, 4, 5, 4]), WEST: ([3, 3, 4, 3, 2, 3], [3, 4, 3, 3, 3, 4])}


@pytest.fixture(scope="module")
async def answered(survey, asking):
    """East improves from the 16th on, West hardly."""
    for side in (0, 1):
        for unit, sides in SCORES.items():
            for score in sides[side]:
                await asking.answer(await asking.invited(unit=f"{unit}hall-1/"), overall=score, recommend=2 * score)
        survey.clock.advance(timedelta(days=14))


async def get(survey, *, status=200, **query):
    async with survey.client(Role.LEADER) as client:
        answer = await client.get("/v1/insights/before-after?" + urlencode(query))
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_difference_with_its_interval_and_caveat(survey, answered):
    found = await get(survey, unit=EAST, split="2026-03-16")
    group = found["group"]
    assert (group["before"]["n"], group["after"]["n"]) == (6, 6)
    assert group["difference"]["value"] == pytest.approx(26 / 6 - 2)
    assert group["difference"]["low"] > 0
    assert group["difference"]["caveat"].startswith("Small sample")
    assert found["comparison"] is None
    assert "caus" not in str(found)


async def test_against_a_comparison_group(survey, answered):
    found = await get(survey, unit=EAST, split="2026-03-16", comparison_unit=WEST)
    expected = in_differences(*(moments(list(map(float, side))) for unit in (EAST, WEST) for side in SCORES[unit]))
    assert found["difference_in_differences"]["value"] == pytest.approx(expected.value)
    assert found["difference_in_differences"]["low"] == pytest.approx(expected.low)
    assert found["comparison"]["unit"] == WEST


@pytest.mark.parametrize(("figure", "difference"), [("csat", 100), ("nps", 100 * 2 / 6 + 100)])
async def test_shares_too(survey, answered, figure, difference):
    found = await get(survey, unit=EAST, split="2026-03-16", figure=figure)
    assert found["group"]["difference"]["value"] == pytest.approx(difference)


WORDS = {"zh-CN": "题", "en": "item"}
EASE = {
    "title": WORDS,
    "introduction": WORDS,
    "items": [{"code": "felt", "type": "rating", "text": WORDS}, {"code": "ease", "type": "ces", "text": WORDS}],
}


async def test_effort_too_and_by_week(survey, asking, answered):
    """CES as the mean of 1..7: before and after against the oracle, and as a trend."""
    unit, sides = "/city/ease/", ([2, 3, 2, 4, 3, 2], [6, 5, 7, 6, 6, 5])
    await asking.publish("ease", EASE)
    await asking.campaign("ease", questionnaire="ease", trigger="none")
    split = None
    for side in sides:
        split = survey.clock.now().date()
        for ease in side:
            body = {"campaign": "ease", "account": await asking.contact(), "unit": unit}
            made = await asking.post("/v1/invitations", body, Role.INTEGRATOR)
            link = await asking.post(f"/v1/invitations/{made['id']}/link", None, Role.INTEGRATOR, status=200)
            await asking.answer(link["token"], felt=3, ease=ease)
        survey.clock.advance(timedelta(days=14))
    found = (await get(survey, unit=unit, split=split, figure="ces"))["group"]
    before, after = ([float(one) for one in side] for side in sides)
    low, high = CompareMeans(DescrStatsW(after), DescrStatsW(before)).tconfint_diff(usevar="unequal")
    assert (found["before"]["value"], found["after"]["value"]) == (pytest.approx(16 / 6), pytest.approx(35 / 6))
    assert found["after"]["formula"].startswith("mean of scores on 1..7")
    assert (found["difference"]["low"], found["difference"]["high"]) == pytest.approx((low, high))
    async with survey.client(Role.LEADER) as client:
        trend = (await client.get("/v1/insights/trends", params={"unit": unit, "figure": "ces"})).json()
    assert [point["figure"]["value"] for point in trend["points"]] == [pytest.approx(16 / 6), pytest.approx(35 / 6)]


async def test_a_side_of_too_few_is_withheld(survey, answered):
    found = await get(survey, unit=EAST, split="2026-03-16", to="2026-03-15", status=422)
    assert found["title"] == "The split lies outside the period"
    found = await get(survey, unit="/city/north/", split="2026-03-16")
    assert found["group"]["difference"]["reason"] == "Nobody answered on one side."
