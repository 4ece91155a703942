"""Anonymous answers: taken once, counted in fives, and the same success however often they are sent."""

from datetime import timedelta
from uuid import uuid4

import pytest

from kit.auth import Role
from kit.contracts.survey import DissatisfactionReported, ResponseReceived
from tests.survey.asking import delivery

PROBLEM = "urn:gridloop:problem:"


async def invite(secret, campaign="secret", unit="/city/east/hall-1/", **more):
    account = await secret.contact()
    body = {"campaign": campaign, "account": account, "unit": unit, "sub_process": "RB-09"} | more
    made = await secret.post("/v1/invitations", body, Role.INTEGRATOR)
    found = await secret.post(f"/v1/invitations/{made['id']}/link", None, Role.INTEGRATOR, status=200)
    return found["token"]


@pytest.fixture
async def own(secret):
    """A campaign of the test's own, so that nobody else's answers wait in it."""
    code = f"secret_{uuid4().hex[:8]}"
    more = {"questionnaire": "after_order", "trigger": "none", "confidentiality": "anonymous"}
    await secret.campaign(code, **more)
    return code


async def counted(survey, code):
    rows = "SELECT r.* FROM anonymous_response r JOIN campaign c ON c.id = r.campaign_id WHERE c.code = $1"
    return await survey.sql(rows, code)


async def waiting(survey, code):
    rows = "SELECT w.* FROM anonymous_waiting w JOIN campaign c ON c.id = w.campaign_id WHERE c.code = $1"
    return await survey.sql(rows, code)


class TestFives:
    async def test_four_wait_and_the_fifth_takes_all_along(self, survey, secret, own):
        for place in range(4):
            await secret.answer(await invite(secret, own), overall=1 + place, words="抄错了")
        assert (len(await counted(survey, own)), len(await waiting(survey, own))) == (0, 4)
        await secret.answer(await invite(secret, own), overall=5)
        rows = await counted(survey, own)
        assert (len(rows), len(await waiting(survey, own))) == (5, 0)
        assert {(row["unit"], row["sub_process"]) for row in rows} == {("/city/east/hall-1/", "RB-09")}

    async def test_they_are_scored_and_counted_and_nobody_is_told(self, survey, secret, own):
        (before,) = await survey.sql("SELECT count(*) AS n FROM tally")
        told = len(await survey.events(ResponseReceived)) + len(await survey.events(DissatisfactionReported))
        for _ in range(5):
            await secret.answer(await invite(secret, own), overall=1, may_contact=True, unit_may_know=True)
        (after,) = await survey.sql("SELECT count(*) AS n FROM tally")
        ids = [row["id"] for row in await counted(survey, own)]
        scores = await survey.sql("SELECT value FROM score WHERE response_id = ANY($1)", ids)
        assert (after["n"] - before["n"], [row["value"] for row in scores]) == (5, [1.0] * 5)
        now = len(await survey.events(ResponseReceived)) + len(await survey.events(DissatisfactionReported))
        assert now == told

    async def test_after_a_week_they_go_with_what_they_have_in_common(self, survey, secret, own):
        for unit in ("/city/east/hall-1/", "/city/east/hall-2/"):
            for _ in range(3):
                await secret.answer(await invite(secret, own, unit), overall=4)
        assert await counted(survey, own) == []
        survey.clock.advance(timedelta(days=8))
        await survey.fire_timers()
        assert {row["unit"] for row in await counted(survey, own)} == {"/city/east/"}
        assert len(await counted(survey, own)) == 6


class TestRepeats:
    @pytest.mark.parametrize("others", [0, 4])
    async def test_the_same_delivery_is_the_same_success(self, survey, secret, own, others):
        token, response = await invite(secret, own), uuid4()
        first = await secret.put(response, delivery(token, overall=4))
        for _ in range(others):
            await secret.answer(await invite(secret, own), overall=4)
        survey.clock.advance(timedelta(days=60))
        again = await secret.put(response, delivery(token, overall=4))
        assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
        assert first.json()["received_at"] is None
        assert len(await counted(survey, own)) + len(await waiting(survey, own)) == others + 1

    @pytest.mark.parametrize("others", [0, 4])
    async def test_anything_else_clashes(self, survey, secret, own, others):
        token, response = await invite(secret, own), uuid4()
        await secret.put(response, delivery(token, overall=4))
        for _ in range(others):
            await secret.answer(await invite(secret, own), overall=4)
        refused = [
            await secret.put(response, delivery(token, overall=3)),
            await secret.put(uuid4(), delivery(token, overall=4)),
            await secret.put(response, delivery(await invite(secret, own), overall=4)),
        ]
        assert [answer.status_code for answer in refused] == [409, 409, 409]
        kinds = [answer.json()["type"].removeprefix(PROBLEM) for answer in refused]
        assert kinds == ["revision_clash", "invitation_used", "another_invitation"]

    async def test_an_incomplete_one_is_replaced_and_goes_when_complete(self, survey, secret, own):
        token, response = await invite(secret, own), uuid4()
        await secret.put(response, delivery(token, complete=False, overall=1))
        for _ in range(4):
            await secret.answer(await invite(secret, own), overall=4)
        assert await counted(survey, own) == []
        assert (await secret.put(response, delivery(token, revision=2, overall=5))).status_code == 200
        assert len(await counted(survey, own)) == 5

    async def test_expired_ones_are_refused(self, survey, secret, own):
        token = await invite(secret, own)
        survey.clock.advance(timedelta(days=60))
        assert (await secret.put(uuid4(), delivery(token, overall=4))).status_code == 410

    async def test_a_batch_mixes_both_kinds(self, survey, secret, own):
        tokens = [await invite(secret, own) for _ in range(6)] + [await secret.invited() for _ in range(3)]
        entries = [delivery(token, overall=4) | {"id": str(uuid4())} for token in tokens]
        async with survey.client() as phone:
            answer = await phone.post("/v1/responses/batch", json={"responses": entries + entries})
        assert {item["status"] for item in answer.json()["items"]} == {200}
        assert len(await counted(survey, own)) == 6
