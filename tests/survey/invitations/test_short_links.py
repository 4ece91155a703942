from datetime import timedelta

import pytest

from kit.auth import Role
from survey.invitations.code import ALPHABET
from survey.invitations.guessing import GUESSES_FROM_ADDRESS
from tests.survey.asking import delivery


async def link_of(survey, asking, **contact):
    (event,) = await asking.asked(await asking.serve(await asking.contact(**contact)))
    async with survey.client(Role.INTEGRATOR) as sender:
        return (await sender.post(f"/v1/invitations/{event['subject']}/link")).json()


async def open_with(survey, text):
    async with survey.client() as phone:
        return await phone.post("/v1/invitations/open", json={"invitation": text})


@pytest.fixture(autouse=True)
def nobody_guessed_yet(survey):
    survey.app.state.guesses = type(survey.app.state.guesses)()


async def test_a_code_opens_what_the_token_opens_and_answers_with_it(survey, asking):
    made = await link_of(survey, asking)
    assert made["short_link"].endswith(f"/s/#{made['code']}")
    assert len(made["code"]) == 18
    by_code = (await open_with(survey, made["code"].upper())).json()
    by_token = (await open_with(survey, made["token"])).json()
    assert by_code == by_token
    taken = await asking.put("0192f3a0-0000-7000-8000-0000000c0de5", delivery(by_code["token"], overall=5))
    assert taken.status_code == 200


async def test_the_code_itself_is_stored_nowhere(survey, asking):
    made = await link_of(survey, asking)
    for table in ("short_code", "invitation", "message", "event"):
        rows = await survey.sql(f"SELECT to_jsonb(t)::text AS row FROM {table} AS t")
        assert not [row for row in rows if made["code"] in row["row"] or made["token"] in row["row"]]


async def test_it_expires_with_its_invitation(survey, asking):
    made = await link_of(survey, asking)
    survey.clock.advance(timedelta(days=15))
    assert (await open_with(survey, made["code"])).status_code == 410


async def test_when_it_was_first_opened_is_kept(survey, asking):
    made, first = await link_of(survey, asking), survey.clock.now()
    for _ in range(2):
        await open_with(survey, made["code"])
        survey.clock.advance(timedelta(hours=1))
    (row,) = await survey.sql("SELECT opened_at FROM invitation WHERE id = $1", made["invitation_id"])
    assert row["opened_at"] == first


async def test_when_an_anonymous_one_was_opened_is_not(survey, asking):
    await asking.campaign("anonymous", questionnaire="after_order", trigger="none", confidentiality="anonymous")
    account = await asking.contact()
    body = {"campaign": "anonymous", "account": account, "unit": "/city/east/"}
    made = await asking.post("/v1/invitations", body, Role.INTEGRATOR)
    async with survey.client(Role.INTEGRATOR) as sender:
        link = (await sender.post(f"/v1/invitations/{made['id']}/link")).json()
    opened = (await open_with(survey, link["code"])).json()
    assert opened["confidentiality"] == "anonymous"
    (row,) = await survey.sql("SELECT opened_at FROM invitation WHERE id = $1", made["id"])
    assert row["opened_at"] is None


class TestGuessing:
    async def test_guesses_from_one_address_are_bounded(self, survey, asking):
        guesses = [ALPHABET[number % 32] * 18 for number in range(GUESSES_FROM_ADDRESS)]
        assert {(await open_with(survey, guess)).status_code for guess in guesses} == {403}
        answer = await open_with(survey, "z" * 18)
        assert (answer.status_code, answer.json()["type"]) == (429, "urn:gridloop:problem:too_many_guesses")
        assert 0 < int(answer.headers["retry-after"]) <= 60

    async def test_whoever_holds_a_token_is_not_kept_waiting_by_a_neighbour(self, survey, asking):
        made = await link_of(survey, asking)
        for _ in range(GUESSES_FROM_ADDRESS + 1):
            await open_with(survey, "0" * 18)
        assert (await open_with(survey, made["code"])).status_code == 429
        assert (await open_with(survey, made["token"])).status_code == 200

    async def test_neighbours_behind_the_gateway_are_told_apart(self, survey, asking):
        made = await link_of(survey, asking)

        async def from_address(address, text):
            async with survey.client() as phone:
                phone.headers["X-Forwarded-For"] = address
                return (await phone.post("/v1/invitations/open", json={"invitation": text})).status_code

        for _ in range(GUESSES_FROM_ADDRESS):
            await from_address("198.51.100.7", "0" * 18)
        assert await from_address("198.51.100.7", made["code"]) == 429
        assert await from_address("198.51.100.8", made["code"]) == 200

    async def test_opening_a_code_often_is_no_guess(self, survey, asking):
        made = await link_of(survey, asking)
        answers = [(await open_with(survey, made["code"])).status_code for _ in range(GUESSES_FROM_ADDRESS + 5)]
        assert set(answers) == {200}
