from datetime import timedelta
from urllib.parse import urlencode

import pytest

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


async def test_a_side_of_too_few_is_withheld(survey, answered):
    found = await get(survey, unit=EAST, split="2026-03-16", to="2026-03-15", status=422)
    assert found["title"] == "The split lies outside the period"
    found = await get(survey, unit="/city/north/", split="2026-03-16")
    assert found["group"]["difference"]["reason"] == "Nobody answered on one side."
