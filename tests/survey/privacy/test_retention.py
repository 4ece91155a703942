"""What is kept no longer than its rule says, as the clock goes on."""

from datetime import timedelta

import pytest

from kit.auth import Role


@pytest.fixture
async def officer(survey):
    async with survey.client(Role.ADMIN) as client:
        yield client


async def decide(officer, kind, months, **more):
    body = {"kind": kind, "months": months, "document": "数据保存期限规定"} | more
    answer = await officer.post("/v1/responses/retention", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def runs(officer, kind):
    items = (await officer.get("/v1/responses/retention/runs")).json()["items"]
    return [run for run in items if run["kind"] == kind]


async def pass_days(survey, days):
    for _ in range(days):
        survey.clock.advance(timedelta(days=1, seconds=1))
        while await survey.fire_timers():
            survey.clock.advance(timedelta(milliseconds=1))


class TestRules:
    async def test_words_are_destroyed_when_they_are_old_enough(self, survey, asking, officer):
        response = await asking.answer(await asking.invited(), overall=2, words="old words")
        await decide(officer, "words", 1)
        await pass_days(survey, 20)
        younger = await asking.answer(await asking.invited(), overall=2, words="young words")
        async with survey.client(Role.MANAGER) as client:
            assert (await client.get(f"/v1/responses/{response}")).json()["words"] == {"words": "old words"}
            await pass_days(survey, 13)
            assert (await client.get(f"/v1/responses/{response}")).json()["words"] == {}
            assert (await client.get(f"/v1/responses/{younger}")).json()["words"] == {"words": "young words"}
        assert sum(run["destroyed"] for run in await runs(officer, "words")) == 1
        await decide(officer, "words", None)

    async def test_many_go_in_several_short_transactions(self, survey, asking, officer, monkeypatch):
        from survey.privacy.retention import service

        monkeypatch.setattr(service, "CHUNK", 2)
        for _ in range(5):
            await asking.answer(await asking.invited(), overall=2, words="w")
        await decide(officer, "words", 2)
        await pass_days(survey, 65)
        assert await survey.sql("SELECT 1 FROM response WHERE words IS NOT NULL") == []
        assert sum(run["destroyed"] for run in await runs(officer, "words")) >= 5
        assert all(run["ended_at"] for run in await runs(officer, "words"))
        await decide(officer, "words", None)

    async def test_persons_are_forgotten_and_figures_stay(self, survey, asking, officer):
        account = await asking.contact()
        response = await asking.answer(await asking.invited(account), overall=2)
        unanswered = await asking.contact()
        await asking.invited(unanswered)
        (before,) = await survey.sql("SELECT count(*) AS n, sum(value) AS total FROM score")
        await decide(officer, "persons", 6)
        await pass_days(survey, 1)
        assert await survey.sql("SELECT 1 FROM response WHERE id = $1", response) != []
        survey.clock.advance(timedelta(days=185))
        await pass_days(survey, 1)
        assert await survey.sql("SELECT 1 FROM response WHERE id = $1 OR contact_id IS NOT NULL", response) == []
        assert await survey.sql("SELECT 1 FROM invitation") == []
        assert await survey.sql("SELECT count(*) AS n, sum(value) AS total FROM score") == [before]
        assert len(await survey.sql("SELECT 1 FROM contact WHERE account = $1", account)) == 1
        assert sum(run["destroyed"] for run in await runs(officer, "persons")) >= 3
        await decide(officer, "persons", None)

    async def test_messages_go_with_their_addresses(self, survey, asking, officer):
        await asking.invited(await asking.contact())
        await survey.fire_timers()
        await survey.send_messages()
        await decide(officer, "messages", 1)
        survey.clock.advance(timedelta(days=40))
        await pass_days(survey, 1)
        assert await survey.sql("SELECT 1 FROM message WHERE state <> 'waiting'") == []
        await decide(officer, "messages", None)

    async def test_a_coming_rule_waits_for_its_day(self, survey, asking, officer):
        response = await asking.answer(await asking.invited(), overall=2, words="kept for now")
        survey.clock.advance(timedelta(days=70))
        begins = survey.clock.now() + timedelta(days=5)
        await decide(officer, "words", 1, valid_from=begins.isoformat())
        await pass_days(survey, 3)
        async with survey.client(Role.MANAGER) as client:
            assert (await client.get(f"/v1/responses/{response}")).json()["words"] != {}
            await pass_days(survey, 4)
            assert (await client.get(f"/v1/responses/{response}")).json()["words"] == {}
        await decide(officer, "words", None)

    async def test_a_rule_has_not_been_in_force_before_it_was_made(self, survey, officer):
        past = (survey.clock.now() - timedelta(days=1)).isoformat()
        body = {"kind": "words", "months": 1, "document": "x", "valid_from": past}
        assert (await officer.post("/v1/responses/retention", json=body)).status_code == 409

    async def test_rules_are_listed_with_their_documents(self, officer):
        made = await decide(officer, "messages", 12)
        items = (await officer.get("/v1/responses/retention", params={"limit": 200})).json()["items"]
        assert made in items
        await decide(officer, "messages", None)
