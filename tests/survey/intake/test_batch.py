import json
from uuid import UUID, uuid4

from kit.contracts.survey import ResponseReceived
from tests.survey.asking import delivery


async def send(survey, entries):
    async with survey.client() as phone:
        return await phone.post("/v1/responses/batch", json={"responses": entries})


def entry(token, response=None, **more):
    return delivery(token, **more) | {"id": str(response or uuid4())}


class TestBatch:
    async def test_each_response_has_its_outcome_at_its_place_and_a_bad_one_stops_no_other(self, survey, asking):
        tokens = [await asking.invited() for _ in range(4)]
        used = await asking.invited()
        await asking.answer(used, overall=5)
        good = [entry(token, overall=2) for token in tokens[:2]]
        answer = await send(
            survey,
            [
                good[0],
                entry(tokens[2], overall=9),
                {"id": "17", "answers": 3},
                entry(used, overall=5),
                entry("forged", overall=5),
                "nothing",
                good[1],
            ],
        )
        assert answer.status_code == 200
        items = answer.json()["items"]
        assert [item["status"] for item in items] == [200, 422, 422, 409, 403, 422, 200]
        assert [items[place]["response"]["id"] for place in (0, 6)] == [one["id"] for one in good]
        assert items[1]["problem"]["errors"][0]["pointer"] == "/answers/overall"
        assert {error["pointer"] for error in items[2]["problem"]["errors"]} >= {"/id", "/answers", "/invitation"}

    async def test_a_batch_sent_again_stores_and_tells_nothing_again(self, survey, asking):
        entries = [entry(await asking.invited(), overall=1) for _ in range(5)]
        first = await send(survey, entries)
        told = len(await survey.events(ResponseReceived))
        again = await send(survey, list(reversed(entries)))
        assert again.json()["items"] == list(reversed(first.json()["items"]))
        assert len(await survey.events(ResponseReceived)) == told

    async def test_revisions_of_one_answer_in_one_batch(self, survey, asking):
        token, response = await asking.invited(), uuid4()
        entries = [
            entry(token, response, revision=2, overall=4),
            entry(token, response, revision=1, complete=False),
            entry(token, response, revision=3, overall=5),
        ]
        statuses = [item["status"] for item in (await send(survey, entries)).json()["items"]]
        assert statuses == [200, 200, 409]
        (row,) = await survey.sql("SELECT revision, complete FROM response WHERE id = $1", response)
        assert (row["revision"], row["complete"]) == (2, True)

    async def test_from_one_to_five_hundred(self, survey, asking):
        assert (await send(survey, [])).status_code == 422
        assert (await send(survey, ["x"] * 501)).status_code == 422
        assert [item["status"] for item in (await send(survey, ["x"] * 500)).json()["items"]] == [422] * 500

    async def test_a_large_one_is_taken_in_one_transaction(self, survey, asking):
        entries = [entry(await asking.invited(), overall=1 + place % 5) for place in range(60)]
        statuses = [item["status"] for item in (await send(survey, entries)).json()["items"]]
        assert statuses == [200] * 60

    async def test_ten_megabytes_are_too_many(self, survey):
        async with survey.client() as phone:
            answer = await phone.post(
                "/v1/responses/batch",
                content=b'{"responses": ["' + b"x" * 10_000_000 + b'"]}',
                headers={"Content-Type": "application/json"},
            )
        assert answer.status_code == 413

    async def test_what_came_singly_is_the_same_success_in_a_batch(self, survey, asking):
        token, response = await asking.invited(), uuid4()
        singly = await asking.put(response, delivery(token, overall=4))
        (item,) = (await send(survey, [entry(token, response, overall=4)])).json()["items"]
        assert (item["status"], item["response"]) == (200, singly.json())

    async def test_a_row_that_the_database_refuses_fails_alone(self, survey, asking):
        """Whatever a check forgot: the others are stored, and nobody's answer is told of in an error."""
        entries = [entry(await asking.invited(), overall=1 + place % 5) for place in range(20)]
        forgotten = "ALTER TABLE response ADD CONSTRAINT forgotten CHECK (answers ->> 'overall' <> '3') NOT VALID"
        await survey.sql(forgotten)
        try:
            items = (await send(survey, entries)).json()["items"]
        finally:
            await survey.sql("ALTER TABLE response DROP CONSTRAINT forgotten")
        assert [item["status"] for item in items] == [409 if place % 5 == 2 else 200 for place in range(20)]
        assert "overall" not in items[2]["problem"]["detail"]
        ids = [UUID(one["id"]) for one in entries]
        assert len(await survey.sql("SELECT 1 FROM response WHERE id = ANY($1)", ids)) == 16

    async def test_deep_nesting_spoils_only_its_entry(self, survey, asking):
        good, deep = entry(await asking.invited(), overall=4), entry(await asking.invited(), overall=4)
        for _ in range(300):
            deep["answers"] = {"overall": deep["answers"]}
        items = (await send(survey, [deep, good])).json()["items"]
        assert [item["status"] for item in items] == [422, 200]
        assert items[0]["problem"]["errors"][0]["pointer"] == "/answers/overall"

    async def test_an_unprintable_field_spoils_only_its_entry(self, survey, asking):
        good = entry(await asking.invited(), overall=4)
        raw = '{"responses": [{"\\ud800": 1}, ' + json.dumps(good) + "]}"
        async with survey.client() as phone:
            answer = await phone.post(
                "/v1/responses/batch", content=raw.encode(), headers={"Content-Type": "application/json"}
            )
        assert [item["status"] for item in answer.json()["items"]] == [422, 200]
