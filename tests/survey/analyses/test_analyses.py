import random

import numpy as np
import pytest
import statsmodels.api as sm

from kit.auth import Role
from survey.analyses.drivers import correlation_matrix, johnson, lmg
from tests.survey.living import dip, outage

UNIT = "/city/east/"
ITEMS = {"conduct": "staff_conduct", "billing": "billing_accuracy", "convenience": "convenience"}


@pytest.fixture(scope="module")
async def answered(survey, asking):
    """Sixty customers: those who were without supply are less satisfied; homes and industry differ."""
    chance = random.Random(7)
    rows = []
    for number in range(60):
        account = await asking.contact(segment="home" if number % 3 else "industry")
        token, hours = await asking.invited(account, unit=f"{UNIT}hall-{number % 2}/"), number % 4
        if hours:  # on the day of the service, when he rests from being asked about outages
            await outage(survey, account, 60.0 * hours)
        mood = chance.choice([3, 4, 5])
        given = {name: max(1, min(5, mood + chance.choice([-1, 0, 1]))) for name in ITEMS}
        overall = max(1, min(5, mood - hours // 2 + chance.choice([0, 0, 1])))
        await asking.answer(token, overall=overall, **given)
        rows.append([*given.values(), overall, hours, "home" if number % 3 else "industry"])
    token = await asking.invited(unit=UNIT)
    await asking.answer(token, overall=5)  # answers no other item
    return rows


async def post(survey, *, status=202, unit="/", **asked):
    async with survey.client(Role.ANALYST, unit=unit) as client:
        answer = await client.post("/v1/insights/analyses", json=asked)
        assert answer.status_code == status, answer.text
        return answer


async def run(survey, **asked):
    """Asks, lets the worker do it, and reads the stored result."""
    location = (await post(survey, **asked)).headers["Location"]
    await survey.runtime.jobs.run_next()
    async with survey.client(Role.ANALYST) as client:
        job = (await client.get(location)).json()
        assert job["state"] == "done", job
        return (await client.get(f"/v1/insights/analyses/{job['result']['analysis']}")).json()


def drivers(**more):
    return {"unit": UNIT, "drivers": list(ITEMS.values()), "resamples": 40, "seed": 3} | more


class TestDrivers:
    @pytest.mark.parametrize(("kind", "method"), [("drivers_lmg", lmg), ("drivers_johnson", johnson)])
    async def test_shares_of_r_squared_with_intervals(self, survey, answered, kind, method):
        found = await run(survey, kind=kind, **drivers())
        matrix = np.array([row[:4] for row in answered], dtype=float)
        expected = method(correlation_matrix(matrix, np.ones(60)))
        rows = found["result"]["drivers"]
        assert [row["name"] for row in rows] == list(ITEMS.values())
        assert [row["share"] for row in rows] == pytest.approx(expected)
        assert all(row["low"] <= row["high"] for row in rows)
        oracle = sm.OLS(matrix[:, 3], sm.add_constant(matrix[:, :3])).fit().rsquared
        assert found["result"]["r_squared"]["value"] == pytest.approx(oracle)
        assert {"method", "population", "step", "formulas", "effective_n"} <= found["result"].keys()

    async def test_answers_that_lack_an_item_are_left_out(self, survey, answered):
        found = (await run(survey, kind="drivers_lmg", **drivers(resamples=0)))["result"]
        # the sixty-first is in no block of five yet
        assert (found["n"], found["n_before_listwise"], found["effective_n"]) == (60, 60, 60)
        assert found["drivers"][0]["low"] is None

    async def test_the_same_parameters_and_data_give_the_same_and_another_seed_does_not(self, survey, answered):
        one, other = [await run(survey, kind="drivers_lmg", **drivers()) for _ in range(2)]
        assert one["id"] != other["id"]
        assert (one["result"], one["digest"]) == (other["result"], other["digest"])
        third = await run(survey, kind="drivers_lmg", **drivers(seed=4))
        assert third["digest"] == one["digest"]
        assert third["result"]["drivers"][0]["low"] != one["result"]["drivers"][0]["low"]

    async def test_what_customers_lived_through_stands_beside_what_they_say(self, survey, answered):
        found = (await run(survey, kind="drivers_lmg", **drivers(experiences=["outage_hours"])))["result"]
        shares = {row["name"]: row["share"] for row in found["drivers"]}
        assert shares["outage_hours"] > 0.05
        assert sum(shares.values()) == pytest.approx(found["r_squared"]["value"])

    async def test_too_few_answers_give_a_reason(self, survey, answered):
        found = await run(survey, kind="drivers_lmg", **drivers(unit="/city/west/"))
        assert (found["result"], found["n"]) == (None, 0)
        assert found["reason"].startswith("Fewer than 30")


class TestImportancePerformance:
    async def test_four_quadrants_by_printed_cut_lines(self, survey, answered):
        found = (await run(survey, kind="importance_performance", **drivers(cut_line="scale_middle")))["result"]
        assert found["cut_lines"] == {"rule": "scale_middle", "importance": pytest.approx(1 / 3), "performance": 3}
        assert {row["quadrant"] for row in found["drivers"]} <= {"keep_up", "possible_overkill"}


class TestRaking:
    async def test_a_weighted_mean_with_its_effective_n(self, survey, answered):
        margins = {"segment": {"home": 0.9, "industry": 0.1}}
        found = await run(survey, kind="raking", unit=f"{UNIT}hall-0/", margins=margins)
        scores = {"home": [], "industry": []}
        for row in answered[::2]:
            scores[row[5]].append(row[3])
        expected = 0.9 * np.mean(scores["home"]) + 0.1 * np.mean(scores["industry"])
        result = found["result"]
        assert abs(result["mean"]["value"] - expected) <= 0.51 * 5 * 4 / result["effective_n"]
        assert result["mean"]["low"] < expected < result["mean"]["high"]
        assert result["effective_n"] < result["n"] == 30
        assert result["weighting"]["converged"]

    async def test_nobody_to_stand_for_a_share_is_a_reason(self, survey, answered):
        margins = {"segment": {"home": 0.5, "industry": 0.4, "farm": 0.1}}
        found = await run(survey, kind="raking", unit=f"{UNIT}hall-0/", margins=margins)
        assert "Nobody answered from segment 'farm'" in found["reason"]


class TestCost:
    async def test_what_an_hour_of_outage_goes_with(self, survey, answered):
        found = (await run(survey, kind="experience_cost", unit=UNIT, experiences=["outage_hours"]))["result"]
        (row,) = found["coefficients"]
        hours = sm.add_constant(np.array([[entry[4]] for entry in answered], dtype=float))
        scores = [entry[3] for entry in answered]
        fit = sm.OLS(scores, hours).fit(cov_type="HC3")
        assert (row["points_per_unit"], row["low"], row["high"]) == pytest.approx((fit.params[1], *fit.conf_int()[1]))
        assert row["high"] < 0
        assert row["exposed"] == 45
        assert "caus" not in str(found)

    async def test_experiences_that_nobody_had_are_said(self, survey, answered):
        found = (await run(survey, kind="experience_cost", unit=UNIT))["result"]
        assert {one["name"] for one in found["left_out"]} == {
            "momentary", "voltage_dips", "late_stages", "returned_handovers",
        }  # fmt: skip

    async def test_what_a_dip_of_the_voltage_goes_with(self, survey, asking, answered):
        """Half of thirty customers had dips, one or two each, and are the less content for each."""
        unit = "/city/dips/"
        for number in range(30):
            account, dips = await asking.contact(), (0, 1, 0, 2)[number % 4]
            for _ in range(dips):
                await dip(survey, account)
            await asking.answer(await asking.invited(account, unit=unit), overall=5 - dips - (number % 3 == 0))
        found = (await run(survey, kind="experience_cost", unit=unit, experiences=["voltage_dips"]))["result"]
        (row,) = found["coefficients"]
        assert row["name"] == "voltage_dips"
        assert (row["exposed"], row["high"] < 0) == (15, True)


class TestAsking:
    @pytest.mark.parametrize(
        ("asked", "why"),
        [
            ({"kind": "drivers_lmg"}, "needs drivers"),
            ({"kind": "raking"}, "needs margins"),
            ({"kind": "raking", "margins": {"segment": {"home": 0.5}}}, "add up to 0.5"),
            ({"kind": "drivers_lmg", "drivers": ["price", "price"]}, "each predictor once"),
            ({"kind": "drivers_lmg", "drivers": ["price"], "outcome": "price"}, "its own drivers"),
            ({"kind": "magic"}, "drivers_lmg"),
        ],
    )
    async def test_what_cannot_be_computed_is_refused_with_a_sentence(self, survey, answered, asked, why):
        assert why in (await post(survey, status=422, **asked)).text

    async def test_foreign_analyses_are_not_there(self, survey, answered):
        made = await run(survey, kind="raking", unit=UNIT, margins={"segment": {"home": 0.5, "industry": 0.5}})
        async with survey.client(Role.MANAGER, unit="/city/west/") as other:
            assert (await other.get(f"/v1/insights/analyses/{made['id']}")).status_code == 404
            seen = (await other.get("/v1/insights/analyses?limit=200")).json()["items"]
            assert {one["unit"] for one in seen} <= {"/city/west/"}
        async with survey.client(Role.MANAGER) as client:
            listed = (await client.get("/v1/insights/analyses?limit=200")).json()["items"]
        assert made["id"] in {one["id"] for one in listed}

    async def test_a_job_can_be_stopped_before_it_begins(self, survey, answered):
        location = (await post(survey, kind="drivers_lmg", **drivers())).headers["Location"]
        async with survey.client(Role.ANALYST) as client:
            stopped = (await client.post(location + "/stop")).json()
        assert stopped["state"] == "stopped"
        assert not await survey.runtime.jobs.run_next()
