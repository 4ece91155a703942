import pytest

from kit.auth import Role
from tests.survey.asking import CAMPAIGNS, Asking


@pytest.fixture(scope="module")
async def asking(survey):
    asking = Asking(survey)
    for code in CAMPAIGNS:
        await asking.publish(code)
    return asking


async def plan(survey, *, unit="/", **more):
    body = {"code": "c", "questionnaire": "after_order", "trigger": "order_completed"} | more
    async with survey.client(Role.ANALYST, unit=unit) as planner:
        return await planner.post("/v1/campaigns", json=body)


class TestPlanning:
    async def test_a_draft_asks_the_newest_published_version_and_nobody_yet(self, survey, asking):
        version = await asking.publish("after_order")
        made = await plan(survey, code="newest")
        assert (made.status_code, made.json()["state"]) == (201, "draft")
        assert made.json()["questionnaire_id"] == version
        order = await asking.serve(await asking.contact())
        assert await asking.asked(order) == []

    async def test_a_code_names_one_campaign(self, survey, asking):
        await plan(survey, code="twice")
        assert (await plan(survey, code="twice")).status_code == 409

    async def test_what_is_not_published_cannot_be_asked(self, survey, asking):
        assert (await plan(survey, code="none", questionnaire="unknown")).status_code == 404

    async def test_only_about_ones_own_unit(self, survey, asking):
        assert (await plan(survey, code="foreign", unit="/city/east/")).status_code == 403
        own = await plan(survey, code="own", unit="/city/east/", questionnaire="follow_up")
        assert own.status_code == 403

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"share": 1.5}, "/share"),
            ({"trigger": "birthday"}, "/trigger"),
            ({"sub_processes": ["rb-09"]}, "/sub_processes/0"),
            ({"valid_days": 0}, "/valid_days"),
            ({"trigger": "incident_restored"}, ""),
            ({"trigger": "incident_restored", "sub_process": "OR-05", "sub_processes": ["OR-05"]}, ""),
        ],
    )
    async def test_wrong_plans(self, survey, asking, wrong, pointer):
        answer = await plan(survey, code="wrong", **wrong)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer


class TestLife:
    async def test_active_then_closed(self, survey, asking):
        made = await asking.campaign("lived", questionnaire="after_order", trigger="none")
        path = f"/v1/campaigns/{made}"
        async with survey.client(Role.ANALYST) as planner:
            again = await planner.post(f"{path}/activate")
            assert (again.status_code, again.json()["state"], again.json()["allowed"]) == (409, "active", ["closed"])
            closed = (await planner.post(f"{path}/close")).json()
            assert (closed["state"], closed["closed_at"] is not None) == ("closed", True)
            assert (await planner.post(f"{path}/activate")).status_code == 409
            assert (await planner.get(path)).json()["state"] == "closed"

    async def test_another_units_campaign_is_not_there(self, survey, asking):
        made = await asking.campaign("west", questionnaire="after_order", trigger="none", unit="/city/west/")
        async with survey.client(Role.ANALYST, unit="/city/east/") as planner:
            assert (await planner.get(f"/v1/campaigns/{made}")).status_code == 404
            assert (await planner.post(f"/v1/campaigns/{made}/close")).status_code == 404
            assert made not in [item["id"] for item in (await planner.get("/v1/campaigns")).json()["items"]]
