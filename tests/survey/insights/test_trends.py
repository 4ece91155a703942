from datetime import timedelta
from urllib.parse import urlencode

import pytest

from kit.auth import Role

UNIT = "/city/trend/"


async def get(survey, path, *, role=Role.ANALYST, status=200, **query):
    async with survey.client(role) as client:
        answer = await client.get(f"/v1/insights/{path}?" + urlencode(query, doseq=True))
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture(scope="module")
async def answered(survey, asking):
    """Eight weeks of six answers each; from the fifth on the service is worse."""
    for week in range(8):
        for overall in [5, 5, 4, 5, 4, 5] if week < 4 else [1, 2, 2, 1, 1, 2]:
            token = await asking.invited(unit=UNIT)
            await asking.answer(token, overall=overall, billing=overall, conduct=max(1, overall - 1), recommend=overall)
        survey.clock.advance(timedelta(days=7))
    return asking


class TestTrends:
    async def test_weeks_with_their_figures_and_the_week_of_the_change(self, survey, answered):
        found = await get(survey, "trends", unit=UNIT)
        assert [point["period"] for point in found["points"]][:2] == ["2026-03-02", "2026-03-09"]
        assert [point["figure"]["n"] for point in found["points"]] == [6] * 8
        (change,) = found["changes"]
        assert change["period"] == "2026-03-30"
        assert change["before"] > 4
        assert change["after"] < 2
        assert found["method"].startswith("PELT")

    async def test_too_few_periods_say_so(self, survey, answered):
        found = await get(survey, "trends", unit=UNIT, grain="month", figure="csat")
        assert found["changes"] is None
        assert "at least 6 periods" in found["reason"]

    async def test_a_share_is_a_trend_too(self, survey, answered):
        found = await get(survey, "trends", unit=UNIT, figure="nps", to="2026-04-05")
        assert {point["figure"]["value"] for point in found["points"]} == {-100.0}


class TestIndex:
    async def test_by_weights_that_are_data_with_a_version(self, survey, answered):
        none = await get(survey, "index", unit=UNIT)
        assert (none["figure"]["value"], none["weights_version"]) == (None, None)
        assert none["figure"]["reason"].startswith("No weights are set")
        body = {
            "indicators": [
                {"measure": "score", "weight": 0.5},
                {"measure": "score", "driver": "staff_conduct", "weight": 0.2},
                {"measure": "nps", "weight": 0.3},
            ],
            "document": "Quality committee 2026/4",
        }
        made = await answered.post("/v1/insights/index-weights", body, Role.ANALYST)
        assert made["version"] == 1
        found = await get(survey, "index", unit=UNIT)
        means = {(one["measure"], one["driver"]): one["mean"] for one in found["indicators"]}
        expected = 0.5 * (means["score", None] - 1) / 4 * 100
        expected += 0.2 * (means["score", "staff_conduct"] - 1) / 4 * 100 + 0.3 * means["nps", None] / 10 * 100
        assert found["figure"]["value"] == pytest.approx(expected)
        assert found["figure"]["low"] < expected < found["figure"]["high"]
        second = await answered.post("/v1/insights/index-weights", body | {"document": "2027"}, Role.ADMIN)
        assert second["version"] == 2
        assert (await get(survey, "index", unit=UNIT, weights=1))["weights_version"] == 1

    async def test_weights_that_do_not_add_up_are_refused(self, survey, answered):
        body = {"indicators": [{"weight": 0.5}], "document": "x"}
        refused = await answered.post("/v1/insights/index-weights", body, Role.ANALYST, status=422)
        assert "add up to 0.5" in str(refused["errors"])


async def test_the_size_of_a_sample(survey):
    found = await get(survey, "sample-size", population=1000, margin=0.05)
    assert (found["n"], found["confidence"]) == (278, 0.95)
    await get(survey, "sample-size", population=0, margin=0.05, status=422)
