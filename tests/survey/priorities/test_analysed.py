"""Importance out of a driver analysis: what goes with the overall score."""

import random
from uuid import uuid4

import pytest

from kit.auth import Role

ITEMS = {"conduct": "staff_conduct", "billing": "billing_accuracy"}
UNIT = "/city/east/"


@pytest.fixture(scope="module")
async def analysis(survey, asking):
    """Forty answers whose overall score follows the bill and hardly the conduct."""
    chance = random.Random(11)
    for _ in range(40):
        billing, conduct = chance.randint(1, 5), chance.randint(1, 5)
        overall = max(1, min(5, billing + chance.choice([0, 0, conduct // 4])))
        await asking.answer(await asking.invited(), overall=overall, billing=billing, conduct=conduct)
    asked = {"kind": "drivers_lmg", "unit": UNIT, "drivers": list(ITEMS.values()), "resamples": 0, "seed": 1}
    return await run(survey, **asked)


async def run(survey, **asked):
    async with survey.client(Role.ANALYST) as client:
        started = await client.post("/v1/insights/analyses", json=asked)
        assert started.status_code == 202, started.text
        await survey.runtime.jobs.run_next()
        job = (await client.get(started.headers["Location"])).json()
        return (await client.get(f"/v1/insights/analyses/{job['result']['analysis']}")).json()


async def ranking(survey, query, *, status=200, **more):
    async with survey.client(Role.ANALYST, **more) as client:
        answer = await client.get(f"/v1/needs/ranking?{query}")
    assert answer.status_code == status, answer.text
    return answer.json()


class TestAnalysed:
    async def test_shares_become_importance_of_the_needs_that_items_name(self, survey, analysis):
        found = await ranking(survey, f"analysis={analysis['id']}")
        shares = {row["name"]: row["share_of_r_squared"] for row in analysis["result"]["drivers"]}
        by_code = {one["code"]: one for one in found["rankings"][0]["items"]}
        bills, respected = by_code["right_bills"]["importance"], by_code["being_respected"]["importance"]
        assert (bills["value"], bills["source"], bills["n"]) == (1.0, "drivers", 40)
        assert respected["value"] == pytest.approx(shares["staff_conduct"] / shares["billing_accuracy"])
        assert "share of R2" in bills["formula"]
        assert by_code["right_bills"]["rank"] < by_code["being_respected"]["rank"]
        assert by_code["green_power"]["importance"]["source"] is None
        used = found["parameters"]["analysis"]
        assert (used["id"], used["kind"], used["digest"]) == (analysis["id"], "drivers_lmg", analysis["digest"])

    async def test_without_one_nothing_is_made_up(self, survey, analysis):
        found = await ranking(survey, "")
        assert found["parameters"]["analysis"] is None
        assert {one["importance"]["source"] for one in found["rankings"][0]["items"]} == {None}

    async def test_one_that_says_nothing_of_drivers(self, survey, analysis):
        found = await run(survey, kind="raking", unit=UNIT, margins={"unit": {UNIT: 1.0}})
        refused = await ranking(survey, f"analysis={found['id']}", status=422)
        assert refused["type"] == "urn:gridloop:problem:no_driver_analysis"

    async def test_one_that_is_not_there_or_not_ones_own(self, survey, analysis):
        await ranking(survey, f"analysis={uuid4()}", status=404)
        await ranking(survey, f"analysis={analysis['id']}", status=404, unit="/city/west/")
