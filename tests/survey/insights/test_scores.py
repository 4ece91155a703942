from datetime import timedelta
from urllib.parse import urlencode

import pytest
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from kit.auth import Role

EAST, WEST = "/city/east/hall-1/", "/city/west/hall-1/"
OVERALL = {EAST: [1, 2, 4, 5, 5, 3, 4], WEST: [5, 5, 4, 5, 5]}


@pytest.fixture(scope="module")
async def answered(survey, asking):
    """East and West after orders; West also after an outage and after a case."""
    for unit, scores in OVERALL.items():
        for score in scores:
            token = await asking.invited(unit=unit)
            await asking.answer(token, overall=score, billing=score, recommend=2 * score)
    for _ in range(5):
        token = await asking.token(await asking.restore(await asking.contact()))
        await asking.answer(token, overall=2, informed=1)
    for _ in range(5):
        token = await asking.token(await asking.close_case(await asking.contact()))
        await asking.answer(token, solved="yes", handling=5)
    survey.clock.advance(timedelta(days=31))
    await asking.answer(await asking.invited(unit=EAST), overall=1)
    return asking


async def scores(survey, *, seen_from="/", status=200, **query):
    async with survey.client(Role.ANALYST, unit=seen_from) as analyst:
        answer = await analyst.get("/v1/insights/scores?" + urlencode(query, doseq=True))
    assert answer.status_code == status, answer.text
    return answer.json()


class TestFigures:
    async def test_mean_csat_and_nps_with_their_intervals_agree_with_statsmodels(self, survey, answered):
        (cell,) = (await scores(survey, sub_process="RB-09", to="2026-03-31"))["items"]
        known = OVERALL[EAST] + OVERALL[WEST]
        low, high = DescrStatsW(known).tconfint_mean()
        assert cell["n"] == cell["mean"]["n"] == 12
        assert (cell["mean"]["value"], cell["mean"]["low"], cell["mean"]["high"]) == pytest.approx(
            (sum(known) / 12, low, min(5, high))
        )
        satisfied = sum(score >= 4 for score in known)
        interval = proportion_confint(satisfied, 12, method="wilson")
        assert (cell["csat"]["low"], cell["csat"]["high"]) == pytest.approx([100 * end for end in interval])
        promoters, detractors = sum(s == 5 for s in known), sum(s <= 3 for s in known)
        assert cell["nps"]["value"] == pytest.approx(100 * (promoters - detractors) / 12)
        assert "Wilson" in cell["csat"]["formula"]

    async def test_without_a_driver_the_overall_score_speaks_and_n_counts_respondents(self, survey, answered):
        by_driver = await scores(survey, sub_process="RB-09", group_by=["driver"], to="2026-03-31")
        assert [(cell["driver"], cell["n"]) for cell in by_driver["items"]] == [(None, 12), ("billing_accuracy", 12)]
        (billing,) = (await scores(survey, driver="billing_accuracy"))["items"]
        assert billing["n"] == 12

    async def test_an_item_of_another_driver_is_not_mixed_in(self, survey, answered):
        (informed,) = (await scores(survey, sub_process="OR-05", driver="information"))["items"]
        assert informed["mean"]["value"] == 1
        assert informed["mean"]["reason"] == "All answers are alike: their sample gives no interval."

    async def test_follow_ups_are_counted_only_when_asked_for(self, survey, answered):
        (handling,) = (await scores(survey, trigger="case_closed", driver="problem_solving"))["items"]
        assert handling["n"] == 5
        cells = (await scores(survey, driver="problem_solving"))["items"]
        assert [cell["n"] for cell in cells] == [0]
        assert cells[0]["mean"]["reason"] == "Nobody answered."


class TestEffort:
    async def test_ces_by_three_formulas(self, survey, answered):
        (cell,) = (await scores(survey))["items"]
        assert {name: one["n"] for name, one in cell["ces"].items()} == {"mean": 0, "top_two": 0, "net": 0}
        assert "6..7" in cell["ces"]["top_two"]["formula"]
        assert cell["ces"]["net"]["reason"] == "Nobody answered."


class TestDimensions:
    async def test_units_right_below_the_one_asked_for(self, survey, answered):
        found = await scores(survey, unit="/city/east/", group_by=["unit"], to="2026-03-31")
        assert [(cell["unit"], cell["n"]) for cell in found["items"]] == [(EAST, 7), ("/city/east/repair/", 5)]
        top = await scores(survey, unit="/city/", group_by=["unit"], to="2026-03-31")
        assert [(cell["unit"], cell["n"]) for cell in top["items"]] == [("/city/east/", 12), ("/city/west/", 5)]

    async def test_by_unit_and_sub_process(self, survey, answered):
        found = await scores(survey, unit="/city/east/", group_by=["unit", "sub_process"], to="2026-03-31")
        assert [(cell["unit"], cell["sub_process"], cell["n"]) for cell in found["items"]] == [
            (EAST, "RB-09", 7),
            ("/city/east/repair/", "OR-05", 5),
        ]

    async def test_by_segment_frozen_when_the_customer_was_asked(self, survey, answered):
        for _ in range(5):
            account = await answered.contact(segment="industrial")
            await answered.answer(await answered.invited(account, unit="/city/north/"), overall=4)
        found = await scores(survey, unit="/city/north/", group_by=["segment"])
        assert [(cell["segment"], cell["n"]) for cell in found["items"]] == [("industrial", 5)]

    async def test_days_are_the_services_in_the_companys_zone(self, survey, answered):
        found = await scores(survey, group_by=["day"], sub_process="RB-09", to="2026-03-02")
        assert [(cell["day"], cell["n"]) for cell in found["items"]] == [("2026-03-02", 12)]
        assert found["parameters"]["time_zone"] == "Asia/Shanghai"

    async def test_weeks_begin_on_monday_and_months_on_the_first(self, survey, answered):
        weeks = (await scores(survey, group_by=["week"], to="2026-03-31"))["items"]
        months = (await scores(survey, group_by=["month"], to="2026-03-31"))["items"]
        assert [cell["week"] for cell in weeks] == ["2026-03-02"]
        assert [cell["month"] for cell in months] == ["2026-03-01"]

    @pytest.mark.parametrize(
        "query",
        [
            {"group_by": "customer"},
            {"from": "yesterday"},
            {"driver": "weather"},
            {"unit": "east"},
            {"group_by": ["day", "month"]},
            {"group_by": "segment", "sub_process": "RB-09"},
        ],
    )
    async def test_nothing_outside_the_grid_is_answered(self, survey, answered, query):
        await scores(survey, status=422, **query)


class TestDisclosure:
    async def test_too_few_are_withheld_and_counted_nowhere(self, survey, answered):
        cells = (await scores(survey, group_by=["month"], unit=EAST))["items"]
        assert [(cell["month"], cell["n"]) for cell in cells] == [("2026-03-01", 7), ("2026-04-01", None)]
        assert cells[1]["csat"]["reason"].startswith("Withheld")
        (whole,) = (await scores(survey, unit=EAST))["items"]
        assert whole["n"] == 7

    async def test_the_last_few_wait_until_they_are_five(self, survey, answered):
        unit = "/city/south/hall-1/"
        for count, shown in ((4, None), (1, 5), (4, 5), (1, 10)):
            for _ in range(count):
                await answered.answer(await answered.invited(unit=unit), overall=3)
            (cell,) = (await scores(survey, unit=unit))["items"]
            assert cell["n"] == shown

    async def test_a_cell_that_would_tell_of_a_few_others_is_withheld(self, survey, answered):
        for _ in range(6):
            await answered.answer(await answered.invited(unit="/city/plain/a/"), overall=3)
        for _ in range(3):
            await answered.answer(await answered.invited(unit="/city/plain/b/"), overall=1)
        assert [cell["n"] for cell in (await scores(survey, unit="/city/plain/"))["items"]] == [9]
        (one,) = (await scores(survey, unit="/city/plain/a/"))["items"]
        assert (one["n"], one["mean"]["value"]) == (None, None)
        below = (await scores(survey, unit="/city/plain/", group_by=["unit"]))["items"]
        assert [cell["n"] for cell in below] == [None, None]

    async def test_score_and_recommendation_are_withheld_apart(self, survey, answered):
        cells = (await scores(survey, group_by=["month"], unit=EAST))["items"]
        assert [cell["nps"]["n"] for cell in cells] == [7, 0]

    async def test_an_actor_sees_his_own_units_only(self, survey, answered):
        found = await scores(survey, seen_from="/city/west/", group_by=["unit"])
        assert [cell["unit"] for cell in found["items"]] == [WEST]
        assert found["parameters"]["unit"] == "/city/west/"
        await scores(survey, seen_from="/city/west/", unit="/city/east/", status=404)
