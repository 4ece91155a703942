import json
from datetime import timedelta
from uuid import uuid4

import pytest

from kit.contracts.survey import DissatisfactionReported, ResponseReceived, SolvedAnswered
from tests.survey.asking import delivery

PROBLEM = "urn:gridloop:problem:"


async def stored(survey, response):
    return await survey.sql("SELECT * FROM response WHERE id = $1", response)


async def told(survey, response, kind):
    return [event for event in await survey.events(kind) if event["subject"] == str(response)]


class TestSuccess:
    async def test_a_complete_answer_is_stored_counted_and_announced(self, survey, asking):
        response = await asking.answer(await asking.invited(), overall=4, may_contact=True)
        (row,) = await stored(survey, response)
        assert (row["complete"], row["may_contact"], row["unit_may_know"]) == (True, True, False)
        (event,) = await told(survey, response, ResponseReceived)
        assert (event["stream"], event["data"]["questionnaire"]) == ("survey-responses", "after_order")
        assert event["correlation"] == event["data"]["invitation_id"]
        assert await told(survey, response, DissatisfactionReported) == []

    async def test_the_words_are_sealed_and_in_no_event(self, survey, asking):
        response = await asking.answer(await asking.invited(), overall=1, words="抄错了我家的表")
        (row,) = await stored(survey, response)
        assert "抄错" not in row["answers"]
        assert "抄错".encode() not in row["words"]
        assert all("抄错" not in json.dumps(event["data"], ensure_ascii=False) for event in await survey.events())

    async def test_the_phones_time_is_kept_beside_ours(self, survey, asking):
        token, response = await asking.invited(), uuid4()
        body = delivery(token, overall=4) | {"answered_at": "2026-03-01T09:30:00+08:00", "language": "en"}
        answer = await asking.put(response, body)
        (row,) = await stored(survey, response)
        assert row["answered_at"].isoformat() == "2026-03-01T01:30:00+00:00"
        assert row["received_at"] == survey.clock.now()
        assert answer.json()["received_at"] == survey.clock.now().isoformat().replace("+00:00", "Z")

    async def test_low_items_are_reported_without_text_to_the_serving_unit(self, survey, asking):
        account = await asking.contact()
        order = await asking.serve(account)
        token = await asking.token(order)
        response = await asking.answer(
            token, overall=3, billing=2, conduct=1, may_contact=True, unit_may_know=True, words="x"
        )
        (event,) = await told(survey, response, DissatisfactionReported)
        assert (event["unit"], event["account"]) == ("/city/east/hall-1/", account)
        assert event["data"]["trigger_id"] == str(order)
        assert [(item["driver"], item["score"]) for item in event["data"]["items"]] == [
            ("staff_conduct", 1.0),
            ("billing_accuracy", 2.0),
        ]

    async def test_a_follow_up_tells_whether_the_case_was_solved(self, survey, asking):
        case = await asking.close_case(await asking.contact(), story="the-story")
        response = await asking.answer(await asking.token(case), solved="no", missing="退款没到")
        (event,) = await told(survey, response, SolvedAnswered)
        assert (event["data"]["case_id"], event["data"]["solved"]) == (str(case), False)
        assert event["correlation"] == "the-story"


class TestRevisions:
    async def test_the_same_delivery_is_the_same_success_and_nothing_twice(self, survey, asking):
        token, response = await asking.invited(), uuid4()
        first = await asking.put(response, delivery(token, overall=1))
        survey.clock.advance(timedelta(minutes=5))
        again = await asking.put(response, delivery(token, overall=1))
        assert (again.status_code, again.json()) == (200, first.json())
        assert len(await told(survey, response, ResponseReceived)) == 1
        assert len(await told(survey, response, DissatisfactionReported)) == 1
        assert len(await survey.sql("SELECT 1 FROM score WHERE response_id = $1", response)) == 1

    async def test_it_is_so_even_after_the_invitation_expired(self, survey, asking):
        token, response = await asking.invited(), uuid4()
        await asking.put(response, delivery(token, overall=4))
        survey.clock.advance(timedelta(days=60))
        assert (await asking.put(response, delivery(token, overall=4))).status_code == 200

    async def test_an_incomplete_answer_is_replaced_and_counted_once_complete(self, survey, asking):
        token, response = await asking.invited(), uuid4()
        await asking.put(response, delivery(token, complete=False, overall=1, words="first"))
        assert await told(survey, response, ResponseReceived) == []
        await asking.put(response, delivery(token, revision=2, complete=False))
        done = await asking.put(response, delivery(token, revision=5, overall=4))
        assert (done.json()["revision"], done.json()["complete"]) == (5, True)
        (row,) = await stored(survey, response)
        assert (json.loads(row["answers"]), row["words"]) == ({"overall": 4}, None)
        assert len(await told(survey, response, ResponseReceived)) == 1

    @pytest.mark.parametrize(
        ("revision", "answers", "sentence"),
        [
            (2, {"overall": 3}, "another body"),
            (3, {"overall": 4}, "completed with revision 2"),
            (1, {"overall": 4}, "older than the stored 2"),
        ],
    )
    async def test_anything_else_under_that_id_clashes(self, survey, asking, revision, answers, sentence):
        token, response = await asking.invited(), uuid4()
        await asking.put(response, delivery(token, revision=2, overall=4))
        clash = await asking.put(response, delivery(token, revision=revision, **answers))
        assert (clash.status_code, clash.json()["type"]) == (409, PROBLEM + "revision_clash")
        assert sentence in clash.json()["detail"]

    async def test_a_used_invitation_answers_no_second_time(self, survey, asking):
        token = await asking.invited()
        await asking.answer(token, overall=4)
        second = await asking.put(uuid4(), delivery(token, overall=4))
        assert (second.status_code, second.json()["type"]) == (409, PROBLEM + "invitation_used")
        assert second.json()["errors"][0]["pointer"] == "/invitation"

    async def test_an_id_stays_with_its_invitation(self, survey, asking):
        response = await asking.answer(await asking.invited(), overall=4)
        other = await asking.put(response, delivery(await asking.invited(), overall=4))
        assert (other.status_code, other.json()["type"]) == (409, PROBLEM + "another_invitation")


class TestTokens:
    async def test_an_expired_invitation_takes_no_new_answer(self, survey, asking):
        token = await asking.invited()
        survey.clock.advance(timedelta(days=14))
        answer = await asking.put(uuid4(), delivery(token, overall=4))
        assert (answer.status_code, answer.json()["type"]) == (410, PROBLEM + "invitation_expired")

    @pytest.mark.parametrize(
        "wrong", [lambda t: t[:-1], lambda t: t.swapcase(), lambda t: t + "A", lambda t: "表" * 54]
    )
    async def test_a_cut_or_forged_one_stores_nothing(self, survey, asking, wrong):
        response = uuid4()
        answer = await asking.put(response, delivery(wrong(await asking.invited()), overall=4))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (403, "/invitation")
        assert await stored(survey, response) == []


class TestBadInput:
    @pytest.mark.parametrize(
        ("answers", "pointers"),
        [
            ({"overall": "5"}, ["/answers/overall"]),
            ({"overall": 6, "recommend": 11}, ["/answers/overall", "/answers/recommend"]),
            ({}, ["/answers/overall"]),
            ({"overall": 5, "hurt": ["slow"]}, ["/answers/hurt"]),
            ({"overall": 1, "hurt": ["slow", "cold"]}, ["/answers/hurt/1"]),
            ({"overall": 5, "words": "a\x00b"}, ["/answers/words"]),
            ({"overall": 5, "words": "x" * 1001}, ["/answers/words"]),
            ({"overall": 5, "a/b": 1}, ["/answers/a~1b"]),
            ({"overall": [[[[5]]]]}, ["/answers/overall"]),
            ({"overall": 5.0}, ["/answers/overall"]),
            ({"overall": True}, ["/answers/overall"]),
            ({"overall": 10**30}, ["/answers/overall"]),
            ({"overall": 5, "may_contact": 1}, ["/answers/may_contact"]),
        ],
    )
    async def test_each_wrong_answer_is_named_by_its_pointer(self, survey, asking, answers, pointers):
        response = uuid4()
        answer = await asking.put(response, delivery(await asking.invited(), **answers))
        assert (answer.status_code, answer.json()["type"]) == (422, PROBLEM + "wrong_answers")
        assert [error["pointer"] for error in answer.json()["errors"]] == pointers
        assert await stored(survey, response) == []

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"revision": 0}, "/revision"),
            ({"revision": 2**31}, "/revision"),
            ({"revision": "one"}, "/revision"),
            ({"answers": [1]}, "/answers"),
            ({"answers": {str(n): 1 for n in range(101)}}, "/answers"),
            ({"invitation": "x" * 201}, "/invitation"),
            ({"answered_at": "2026-03-01T09:30:00"}, "/answered_at"),
            ({"language": "fr"}, "/language"),
            ({"colour": 1}, "/colour"),
            ({"started_at": "yesterday"}, "/started_at"),
            ({"device": "short"}, "/device"),
            ({"device": "x" * 129}, "/device"),
            ({"device": "sixteen letters\x00"}, "/device"),
        ],
    )
    async def test_the_bodys_own_fields(self, survey, asking, change, pointer):
        answer = await asking.put(uuid4(), delivery(await asking.invited(), overall=4) | change)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer

    @pytest.mark.parametrize(
        ("raw", "status"),
        [
            (b"{", 400),
            (b"\xff\xfe", 400),
            (b"[" * 100_000, 400),
            (b'{"a":' * 50_000, 400),
            (b"[]", 422),
            (b'{"\\ud800": 1}', 422),
            (b'{"invitation": "\\ud800", "revision": 1, "complete": true, "answers": {}}', 422),
            (b'{"invitation": "a\\u0000", "revision": 1, "complete": true, "answers": {}}', 403),
            (b'{"invitation": "a", "revision": 1, "complete": true, "answers": {"\\ud800": "\\ud800"}}', 403),
            (b'{"invitation": "a", "revision": NaN, "complete": true, "answers": {}}', 422),
            (b'{"invitation": "a", "revision": 1e999, "complete": true, "answers": {}}', 422),
            (b'{"invitation": "a", "revision": ' + b"9" * 400 + b', "complete": true, "answers": {}}', 422),
            (b'{"invitation": "a", "revision": ' + b"9" * 9_000 + b', "complete": true, "answers": {}}', 400),
            (b'{"invitation": "a", "revision": 1, "complete": true, "answers": {"overall": 1e999}}', 403),
            (
                b'{"invitation": "a", "revision": 1, "complete": true, "answers": {"o": '
                + b"[" * 400
                + b"]" * 400
                + b"}}",
                403,
            ),
            (b"", 400),
            (b"null", 422),
            (b" " * 300_000, 413),
            (b'{"invitation": "' + b"x" * 10_000_000 + b'"}', 413),
        ],
    )
    async def test_what_is_no_answer_at_all(self, survey, raw, status):
        headers = {"Content-Type": "application/json"}
        async with survey.client() as phone:
            answer = await phone.put(f"/v1/responses/{uuid4()}", content=raw, headers=headers)
        assert answer.status_code == status, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("code", ["\\ud800", "\\u0000"])
    async def test_an_unprintable_code_has_a_printable_pointer(self, survey, asking, code):
        token = await asking.invited()
        raw = f'{{"invitation": "{token}", "revision": 1, "complete": false, "answers": {{"{code}": "{code}"}}}}'
        async with survey.client() as phone:
            answer = await phone.put(
                f"/v1/responses/{uuid4()}", content=raw.encode(), headers={"Content-Type": "application/json"}
            )
        assert answer.json()["errors"][0]["pointer"] == f"/answers/{code}"

    async def test_a_body_that_does_not_say_it_is_json(self, survey, asking):
        async with survey.client() as phone:
            answer = await phone.put(f"/v1/responses/{uuid4()}", content=json.dumps(delivery(await asking.invited())))
        assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
        assert "application/json" in answer.json()["errors"][0]["detail"]

    async def test_the_id_is_a_uuid(self, survey, asking):
        assert (await asking.put("17", delivery(await asking.invited(), overall=4))).status_code == 422
