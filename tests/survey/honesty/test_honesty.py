"""A month's doubtful answers: found by the job, counted by unit, and never hidden from the figures."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from kit.auth import Role
from tests.survey.asking import delivery

HALL, OTHER = "/city/east/hall-1/", "/city/east/hall-2/"


async def answer(asking, overall=5, unit=HALL, seconds=120, device=None, account=None, **contact):
    account = account or await asking.contact(phone=f"+86138{asking.accounts % 10**8:08d}", **contact)
    now = asking.survey.clock.now()
    body = delivery(await asking.invited(account, unit=unit), overall=overall, skill=4)
    body |= {"started_at": (now - timedelta(seconds=seconds)).isoformat(), "answered_at": now.isoformat()}
    response = uuid4()
    taken = await asking.put(response, body | ({"device": device} if device else {}))
    assert taken.status_code == 200, taken.text
    return response


async def run(asking, month):
    started = await asking.post("/v1/insights/honesty/runs", {"month": month}, Role.ANALYST, status=202)
    while await asking.survey.runtime.jobs.run_next():
        pass
    async with asking.survey.client(Role.ANALYST) as analyst:
        found = (await analyst.get(f"/v1/insights/honesty/jobs/{started['job']}")).json()
    assert found["state"] == "done", found


async def figures(survey, month, unit="/", role=Role.ANALYST):
    async with survey.client(role, unit=unit) as reader:
        answer = await reader.get("/v1/insights/honesty", params={"month": month})
    assert answer.status_code == 200, answer.text
    return {item["unit"]: item for item in answer.json()["items"]}


async def flags(survey, responses):
    rows = await survey.sql("SELECT * FROM response_flag WHERE response_id = ANY($1)", list(responses))
    found = {response: set() for response in responses}
    for row in rows:
        found[row["response_id"]].add(row["reason"])
    return found


@pytest.fixture(scope="module")
async def march(survey, asking):
    """Honest answers and doubtful ones of every kind, looked through in April."""
    made = {"honest": [await answer(asking, overall=3) for _ in range(12)]}
    made["fast"] = [await answer(asking, seconds=1) for _ in range(3)] + [await answer(asking, seconds=-60)]
    made["device"] = [await answer(asking, device="one-tablet-in-the-hall") for _ in range(5)]
    made["spread"] = [await answer(asking, device=f"a-phone-of-ones-own-{n}") for n in range(4)]
    shared = [await asking.contact(phone="+8613900000001") for _ in range(3)]
    made["number"] = [await answer(asking, account=account) for account in shared]
    staff = await asking.contact(phone="+8613900000009")
    async with survey.client(Role.ADMIN) as admin:
        known = await admin.put(
            "/v1/insights/honesty/staff-numbers", json={"numbers": ["13900000009", "+8613900000009"]}
        )
    assert known.json() == {"known": 1}
    made["staff"] = [await answer(asking, account=staff)]
    made["few"] = [await answer(asking, unit=OTHER) for _ in range(3)]
    survey.clock.at = datetime.fromisoformat("2026-04-01T00:30:00+08:00")
    await run(asking, "2026-03")
    return made


class TestFlags:
    @pytest.mark.parametrize(
        ("kind", "reasons"),
        [
            ("honest", set()),
            ("spread", set()),
            ("fast", {"impossible_speed"}),
            ("device", {"one_device"}),
            ("number", {"one_number"}),
            ("staff", {"staff_number"}),
        ],
    )
    async def test_each_kind_is_found_and_nothing_else(self, survey, march, kind, reasons):
        assert list((await flags(survey, march[kind])).values()) == [reasons] * len(march[kind])

    async def test_how_many_they_are_in_steps_of_five(self, survey, march):
        """29, and 13 of them."""
        found = (await figures(survey, "2026-03"))[HALL]
        assert (found["answers"], found["flagged"]) == (25, 10)
        assert found["reasons"] is None  # one of them has a single answer

    async def test_where_the_figures_with_and_without_them_are(self, survey, march):
        async with survey.client(Role.UNIT_HEAD, unit=HALL) as reader:
            told = (await reader.get("/v1/insights/honesty", params={"month": "2026-03"})).json()
            found = await reader.get(told["scores"])
        assert found.status_code == 200, found.text
        assert found.json()["parameters"]["period_to"] == "2026-03-31"
        assert found.json()["honesty"] == "/v1/insights/honesty"

    async def test_units_of_few_answers_are_withheld(self, survey, march):
        found = (await figures(survey, "2026-03"))[OTHER]
        assert (found["answers"], found["flagged"]) == (None, None)
        assert "fewer than 5" in found["reason"]

    async def test_again_it_is_the_same(self, survey, asking, march):
        before = await survey.sql("SELECT * FROM response_flag ORDER BY 1, 2")
        await run(asking, "2026-03")
        assert await survey.sql("SELECT * FROM response_flag ORDER BY 1, 2") == before

    async def test_only_ones_own_units_are_shown(self, survey, march):
        assert await figures(survey, "2026-03", unit="/city/west/") == {}
        assert set(await figures(survey, "2026-03", unit=HALL)) == {HALL}

    async def test_numbers_and_devices_are_kept_as_hashes_only(self, survey, march):
        rows = await survey.sql("SELECT s::text AS line FROM staff_number s UNION SELECT r::text FROM response r")
        told = ["13900000009", "one-tablet"]
        told += [text.encode().hex() for text in told]  # as bytes are shown
        assert [text for text in told for row in rows if text in row["line"]] == []


class TestBounds:
    async def test_a_month_that_still_grows_is_refused(self, survey, asking, march):
        refused = await asking.post("/v1/insights/honesty/runs", {"month": "2026-04"}, Role.ANALYST, status=422)
        assert (refused["type"], refused["errors"][0]["pointer"]) == ("urn:gridloop:problem:month_not_over", "/month")

    @pytest.mark.parametrize("month", ["2026-13", "2026", "x", "2026-00"])
    async def test_what_is_no_month(self, asking, month):
        await asking.post("/v1/insights/honesty/runs", {"month": month}, Role.ANALYST, status=422)

    async def test_what_is_no_number(self, survey, march):
        async with survey.client(Role.ADMIN) as admin:
            refused = await admin.put("/v1/insights/honesty/staff-numbers", json={"numbers": ["17", "abc"]})
        assert refused.status_code == 422
        assert [error["pointer"] for error in refused.json()["errors"]] == ["/numbers/0", "/numbers/1"]

    async def test_an_answer_may_say_nothing_of_device_and_time(self, survey, asking):
        response = await asking.answer(await asking.invited(), overall=4)
        (row,) = await survey.sql("SELECT device, started_at FROM response WHERE id = $1", response)
        assert (row["device"], row["started_at"]) == (None, None)
