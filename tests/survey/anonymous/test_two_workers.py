"""Two workers on the same anonymous answers: each counted once, none of them lost, no bucket of fewer than five."""

import asyncio
import random
from uuid import uuid4

import httpx

from survey.app import create_app
from tests.survey.anonymous.test_taking import invite
from tests.survey.asking import delivery


async def test_overlapping_batches_and_single_answers_in_any_order(survey, secret):
    code = f"secret_{uuid4().hex[:8]}"
    await secret.campaign(code, questionnaire="after_order", trigger="none", confidentiality="anonymous")
    entries = [
        delivery(await invite(secret, code), overall=1 + number % 5) | {"id": str(uuid4())} for number in range(23)
    ]
    other = create_app(clock=survey.clock)
    async with other.router.lifespan_context(other):
        clients = [
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")
            for app in (survey.app, other)
        ]
        sending = []
        for place in range(8):
            some = random.Random(place).sample(entries, 12)
            sending.append(clients[place % 2].post("/v1/responses/batch", json={"responses": some}))
        for place, one in enumerate(entries):
            body = {name: value for name, value in one.items() if name != "id"}
            sending.append(clients[place % 2].put(f"/v1/responses/{one['id']}", json=body))
        answers = await asyncio.gather(*sending)
        for client in clients:
            await client.aclose()
    assert {answer.status_code for answer in answers} == {200}
    assert {item["status"] for answer in answers if "items" in answer.json() for item in answer.json()["items"]} == {
        200
    }
    campaign = "(SELECT id FROM campaign WHERE code = $1)"
    (counted,) = await survey.sql(f"SELECT count(*) AS n FROM anonymous_response WHERE campaign_id = {campaign}", code)
    (waiting,) = await survey.sql(f"SELECT count(*) AS n FROM anonymous_waiting WHERE campaign_id = {campaign}", code)
    assert counted["n"] + waiting["n"] == 23
    assert waiting["n"] < 5
    sizes = await survey.sql(
        f"SELECT count(*) AS n FROM anonymous_response WHERE campaign_id = {campaign} GROUP BY xmin", code
    )
    assert all(row["n"] >= 5 for row in sizes)
    (scored,) = await survey.sql(
        f"SELECT count(*) AS n FROM score JOIN anonymous_response a ON a.id = response_id "
        f"WHERE a.campaign_id = {campaign} AND driver = ''",
        code,
    )
    assert scored["n"] == counted["n"]
