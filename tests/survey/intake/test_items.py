"""Every kind of item with a wrong type, a wrong range and an option that is none: by pointer, and nothing is stored."""

from datetime import timedelta
from uuid import uuid4

import pytest

from kit.auth import Role
from tests.survey.asking import HALL, delivery

WORDS = {"zh-CN": "题", "en": "item"}
OPTIONS = [{"code": "late", "text": WORDS}, {"code": "other", "text": WORDS, "free_text": True}]
PAIR = {"functional": WORDS, "dysfunctional": WORDS}
EVERY = {
    "title": WORDS,
    "introduction": WORDS,
    "items": [
        {"code": "rated", "type": "rating", "text": WORDS},
        {"code": "content", "type": "csat", "driver": "staff_skill", "text": WORDS},
        {"code": "effort", "type": "ces", "driver": "convenience", "text": WORDS},
        {"code": "recommend", "type": "nps", "text": WORDS},
        {"code": "parts", "type": "matrix", "text": WORDS, "rows": [
            {"code": "staff", "text": WORDS, "driver": "staff_conduct"},
            {"code": "bill", "text": WORDS, "driver": "price", "when": {"<=": [{"var": "rated"}, 2]}}]},
        {"code": "pair", "type": "kano", "need": "every", "text": WORDS} | PAIR,
        {"code": "one", "type": "single_choice", "text": WORDS, "options": OPTIONS},
        {"code": "some", "type": "multiple_choice", "most": 1, "text": WORDS, "options": OPTIONS},
        {"code": "hours", "type": "number", "least": 0, "most": 24, "decimals": 1, "text": WORDS},
        {"code": "since", "type": "date", "earliest": "2000-01-01", "text": WORDS},
        {"code": "line", "type": "short_text", "longest": 5, "text": WORDS},
        {"code": "words", "type": "long_text", "longest": 20, "text": WORDS},
        {"code": "hidden", "type": "long_text", "text": WORDS, "when": {"<=": [{"var": "rated"}, 2]}},
        {"code": "contact", "type": "consent", "meaning": "may_contact", "text": WORDS},
    ],
}  # fmt: skip
WRONG = [
    *((code, value, code) for code in ("rated", "content", "effort", "recommend")
      for value in ("4", 4.0, True, None, [4], {"v": 4}, -1, 11, 10**30)),
    *(("parts", value, "parts") for value in (4, "staff", [4], {})),
    ("parts", {"staff": 6}, "parts/staff"), ("parts", {"staff": "5"}, "parts/staff"),
    ("parts", {"nobody": 5}, "parts/nobody"), ("parts", {"bill": 5}, "parts/bill"),
    *(("pair", value, "pair") for value in ("like", 1, ["like"], {})),
    ("pair", {"functional": "love", "dysfunctional": "like"}, "pair/functional"),
    ("pair", {"functional": "like", "dysfunctional": 5}, "pair/dysfunctional"),
    ("pair", {"functional": "like", "dysfunctional": "like", "third": "like"}, "pair/third"),
    *(("one", value, "one") for value in ("never", 1, ["late"], None, {"code": "late"})),
    *(("some", value, "some") for value in ("late", [], 1, {"late": True})),
    ("some", ["late", "other"], "some"), ("some", ["never"], "some/0"), ("some", [["late"]], "some/0"),
    *(("hours", value, "hours") for value in ("2", -0.1, 24.1, 2.55, True, [2], 10**400)),
    *(("since", value, "since") for value in ("1999-12-31", "2026-02-30", "2026-2-3", "today", 20260101, None)),
    *(("line", value, "line") for value in ("longer", "a\nb", "a\x00b", 5, ["a"], None)),
    *(("words", value, "words") for value in ("x" * 21, "a\x00b", 5, {"t": "a"})),
    *(("contact", value, "contact") for value in ("true", 1, None, [True])),
    ("hidden", "shown to the dissatisfied only", "hidden"),
    ("one.other", "without having chosen it", "one.other"),
    ("one.late", "this one has no words of its own", "one.late"),
    ("nothing", 1, "nothing"),
]  # fmt: skip


@pytest.fixture(scope="module")
async def every(asking):
    """Tokens of a questionnaire with all kinds of items."""
    await asking.post("/v1/needs", {"code": "every", "name": WORDS, "description": WORDS}, Role.ANALYST)
    await asking.publish("every", EVERY)
    await asking.campaign("every", questionnaire="every", trigger="none")

    async def invited():
        body = {"campaign": "every", "account": await asking.contact(), "unit": HALL}
        made = await asking.post("/v1/invitations", body, Role.INTEGRATOR)
        link = await asking.post(f"/v1/invitations/{made['id']}/link", None, Role.INTEGRATOR, status=200)
        return link["token"]

    return invited


@pytest.fixture(scope="module")
async def token(every):
    """One is enough: what is refused uses nothing up."""
    return await every()


async def count(survey):
    return (await survey.sql("SELECT (SELECT count(*) FROM response) + (SELECT count(*) FROM tally) AS n"))[0]["n"]


class TestItems:
    @pytest.mark.parametrize(("code", "value", "pointer"), WRONG)
    async def test_each_wrong_answer_has_its_pointer_and_stores_nothing(
        self, survey, asking, token, code, value, pointer
    ):
        before = await count(survey)
        answer = await asking.put(uuid4(), delivery(token, **({"rated": 5} | {code: value})))
        assert answer.status_code == 422, answer.text
        faults = answer.json()["errors"]
        assert f"/answers/{pointer}" in [fault["pointer"] for fault in faults]
        assert all(fault["detail"] for fault in faults)
        assert await count(survey) == before

    async def test_all_wrong_ones_of_a_batch_stop_no_good_one(self, survey, every, token):
        good = [delivery(await every(), rated=5) | {"id": str(uuid4())} for _ in range(2)]
        bad = [delivery(token, **({"rated": 5} | {code: value})) | {"id": str(uuid4())} for code, value, _ in WRONG]
        async with survey.client() as phone:
            answer = await phone.post("/v1/responses/batch", json={"responses": [good[0], *bad, good[1]]})
        items = answer.json()["items"]
        assert [item["status"] for item in items] == [200, *[422] * len(bad), 200]
        for item, (_, _, pointer) in zip(items[1:-1], WRONG, strict=True):
            assert f"/answers/{pointer}" in [fault["pointer"] for fault in item["problem"]["errors"]]


class TestTokensInBatches:
    async def test_cut_forged_expired_and_used_ones_each_at_their_place(self, survey, asking, every):
        old, used, good = await every(), await every(), None
        await asking.answer(used, rated=5)
        survey.clock.advance(timedelta(days=30))
        good = await every()
        wrong = [good[:-1], good.swapcase(), good + "A", good[:3], old, used]
        entries = [delivery(one, rated=4) | {"id": str(uuid4())} for one in [*wrong, good]]
        async with survey.client() as phone:
            items = (await phone.post("/v1/responses/batch", json={"responses": entries})).json()["items"]
        assert [item["status"] for item in items] == [403, 403, 403, 403, 410, 409, 200]
        for item in items[:4]:
            assert item["problem"]["errors"][0]["pointer"] == "/invitation"
