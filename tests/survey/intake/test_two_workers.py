"""Two workers of the service on the same answers: each stored once, counted once, and no deadlock."""

import asyncio
import random
from uuid import uuid4

import asyncpg
import httpx
import pytest

from kit.contracts.survey import EffectMeasured, ResponseReceived
from survey.app import create_app
from tests.support.waiting import wait_until
from tests.survey.asking import delivery


@pytest.fixture
async def workers(survey):
    """Clients of two apps on one database."""
    other = create_app(clock=survey.clock)
    async with other.router.lifespan_context(other):
        apps = (survey.app, other)
        clients = [httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") for app in apps]
        yield clients
        for client in clients:
            await client.aclose()


async def test_one_answer_delivered_by_everybody_at_once(survey, asking, workers):
    token, response = await asking.invited(), uuid4()
    sending = [
        workers[place % 2].put(f"/v1/responses/{response}", json=delivery(token, overall=2)) for place in range(20)
    ]
    answers = await asyncio.gather(*sending)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    told = [event for event in await survey.events(ResponseReceived) if event["subject"] == str(response)]
    assert len(told) == 1


async def test_one_invitation_raced_by_many_ids_has_one_winner(asking, workers):
    token = await asking.invited()
    sending = [
        workers[place % 2].put(f"/v1/responses/{uuid4()}", json=delivery(token, overall=2)) for place in range(12)
    ]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*sending))
    assert statuses == [200] + [409] * 11


async def test_one_id_raced_by_many_invitations_has_one_winner(asking, workers):
    response, tokens = uuid4(), [await asking.invited() for _ in range(8)]
    sending = [
        workers[place % 2].put(f"/v1/responses/{response}", json=delivery(token, overall=2))
        for place, token in enumerate(tokens)
    ]
    answers = await asyncio.gather(*sending)
    refused = [answer.json()["type"] for answer in answers if answer.status_code == 409]
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert set(refused) == {"urn:gridloop:problem:another_invitation"}


async def test_overlapping_batches_in_any_order(survey, asking, workers):
    entries = [delivery(await asking.invited(), overall=2, billing=3) | {"id": str(uuid4())} for _ in range(30)]
    before = len(await survey.events(ResponseReceived))
    (counted,) = await survey.sql("SELECT count(*) AS n FROM tally")
    mixed = random.Random(7)
    sending = []
    for place in range(10):
        batch = mixed.sample(entries, 20)
        sending.append(workers[place % 2].post("/v1/responses/batch", json={"responses": batch}))
    answers = await asyncio.gather(*sending, *(workers[0].post("/v1/responses/batch", json={"responses": entries}),))
    assert {item["status"] for answer in answers for item in answer.json()["items"]} == {200}
    assert len(await survey.events(ResponseReceived)) == before + 30
    (after,) = await survey.sql("SELECT count(*) AS n FROM tally")
    assert after["n"] == counted["n"] + 30


async def test_of_many_last_answers_at_once_the_effect_is_measured_by_one(survey, asking, workers):
    finding = uuid4()
    await asking.verify(finding, minimum_n=12, driver="staff_skill")
    entries = [delivery(await asking.invited(), overall=4, skill=4) | {"id": str(uuid4())} for _ in range(12)]
    halves = (entries[:6], entries[6:])
    holder = await asyncpg.connect(survey.admin_url)
    try:
        async with holder.transaction():
            # What is written after the effect was looked at: both are held up with their answers stored and not
            # committed, where neither could see the other's.
            await holder.execute("LOCK TABLE tally IN EXCLUSIVE MODE")
            sending = [
                asyncio.create_task(worker.post("/v1/responses/batch", json={"responses": half}))
                for worker, half in zip(workers, halves, strict=True)
            ]
            await wait_until(lambda: _held_up(holder, 2))
        answers = await asyncio.gather(*sending)
    finally:
        await holder.close()
    assert {item["status"] for answer in answers for item in answer.json()["items"]} == {200}
    events = [event for event in await survey.events(EffectMeasured) if event["subject"] == str(finding)]
    assert [event["data"]["n_after"] for event in events] == [12]


async def _held_up(holder: asyncpg.Connection, wanted: int) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return await holder.fetchval(waiting) == wanted
