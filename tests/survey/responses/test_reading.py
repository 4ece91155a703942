from uuid import uuid4

import pytest

from kit.auth import Role
from tests.survey.asking import delivery


async def read(survey, response, *roles, unit="/"):
    async with survey.client(*roles, unit=unit) as reader:
        return await reader.get(f"/v1/responses/{response}")


class TestWords:
    async def test_the_words_are_read_by_the_roles_allowed_in_the_units_scope(self, survey, asking):
        response = await asking.answer(await asking.invited(), overall=1, billing=2, words="抄错了我家的表")
        for role in (Role.AGENT, Role.MANAGER):
            found = (await read(survey, response, role, unit="/city/east/")).json()
            assert found["words"] == {"words": "抄错了我家的表"}
        assert [(score["item"], score["low"]) for score in found["scores"]] == [("overall", True), ("billing", True)]
        assert (found["questionnaire"], found["unit"]) == ("after_order", "/city/east/hall-1/")

    @pytest.mark.parametrize("role", [role for role in Role if role not in {Role.AGENT, Role.MANAGER}])
    async def test_nobody_else_reads_them(self, survey, asking, role):
        response = await asking.answer(await asking.invited(), overall=1)
        assert (await read(survey, response, role)).status_code in {401, 403}

    async def test_another_units_answer_is_not_there(self, survey, asking):
        response = await asking.answer(await asking.invited(), overall=1)
        assert (await read(survey, response, Role.MANAGER, unit="/city/west/")).status_code == 404

    async def test_an_unfinished_answer_is_no_answer_yet(self, survey, asking):
        response = uuid4()
        await asking.put(response, delivery(await asking.invited(), complete=False, overall=1, words="x"))
        assert (await read(survey, response, Role.AGENT)).status_code == 404


class TestConfidential:
    @pytest.mark.parametrize(
        ("contact", "know", "agent_sees", "manager_sees", "occasion"),
        [
            (False, False, False, False, False),
            (True, False, True, False, False),
            (False, True, True, True, True),
            (True, True, True, True, True),
        ],
    )
    async def test_the_customer_is_named_only_as_he_agreed(
        self, survey, asking, contact, know, agent_sees, manager_sees, occasion
    ):
        account = await asking.contact()
        order = await asking.serve(account)
        token = await asking.token(order)
        response = await asking.answer(token, overall=1, may_contact=contact, unit_may_know=know)
        agent = (await read(survey, response, Role.AGENT)).json()
        manager = (await read(survey, response, Role.MANAGER)).json()
        assert (agent["account"] == account, manager["account"] == account) == (agent_sees, manager_sees)
        assert agent["trigger_id"] == (str(order) if occasion else None)
