"""What anonymous words are about, and all that is not told of them."""

import json
import random
from datetime import timedelta
from itertools import combinations
from uuid import uuid4

import pytest

from kit.auth import Role
from survey.analyses.blocks import FIVE
from survey.anonymous_topics.coarse import told, ungrouped
from survey.anonymous_topics.schemas import AnonymousTopicsIn
from survey.anonymous_topics.service import assign, gather

BILLS = ["电费算错了两次", "抄表错误电费多收", "电费账单看不懂", "多收电费要求退费", "抄表读数错误电费不对"]
OUTAGES = ["停电三小时没人通知", "停电频繁没有通知", "抢修太慢停电很久", "停电抢修等待太久", "频繁停电影响生意"]
EAST = "/city/east/"


async def invite(secret, unit):
    account = await secret.contact(name="王芳")
    body = {"campaign": "secret", "account": account, "unit": unit, "sub_process": "RB-09"}
    made = await secret.post("/v1/invitations", body, Role.INTEGRATOR)
    found = await secret.post(f"/v1/invitations/{made['id']}/link", None, Role.INTEGRATOR, status=200)
    return found["token"]


@pytest.fixture(scope="module")
async def answered(survey, secret):
    """Forty answers with words of one hall, three more that nobody is like, and some without words."""
    for line in (BILLS + OUTAGES) * 4:
        await secret.answer(await invite(secret, f"{EAST}hall-1/"), overall=2, words=line)
    for line in ("王芳的电表在长江路12号", "我家13812345678停电", "电费"):
        await secret.answer(await invite(secret, f"{EAST}hall-2/"), overall=1, words=line)
    for _ in range(2):
        await secret.answer(await invite(secret, f"{EAST}hall-2/"), overall=5)
    return secret


async def run(survey, *, role=Role.ANALYST, unit="/", **asked):
    async with survey.client(Role.ANALYST, unit=unit) as client:
        started = await client.post("/v1/topics/anonymous", json=asked)
        assert started.status_code == 202, started.text
        await survey.runtime.jobs.run_next()
        job = (await client.get(started.headers["Location"])).json()
    assert job["state"] == "done", job
    async with survey.client(role, unit=unit) as client:
        return (await client.get(f"/v1/topics/{job['result']['topics']}")).json()


class TestTopics:
    async def test_terms_and_numbers_in_fives(self, survey, answered):
        found = await run(survey, unit="/", most_topics=2, seed=1)
        assert found["n"] == 40
        marks = [set(topic["terms"][:2]) for topic in found["topics"]]
        assert any("停电" in one for one in marks)
        assert any("电费" in one for one in marks)
        numbers = [found["n"], *(topic["n"] for topic in found["topics"]), *found["ungrouped"].values()]
        numbers += [month["n"] for topic in found["topics"] for month in topic["months"]]
        assert all(n is None or n % FIVE == 0 for n in numbers)

    @pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT, Role.LEADER])
    async def test_nobody_is_shown_an_answers_words_or_scores(self, survey, answered, role):
        found = await run(survey, role=role, most_topics=2, seed=1)
        assert found["topics"]
        assert not any(topic["examples"] for topic in found["topics"])
        assert {topic["mean_score"] for topic in found["topics"]} == {None}
        assert "王芳" not in str(found)
        assert "13812345678" not in str(found)

    async def test_no_answer_is_named_even_in_what_is_sealed(self, survey, answered):
        await run(survey, most_topics=2, seed=3)
        (row,) = await survey.sql("SELECT id, content FROM topic_run ORDER BY created_at DESC, id DESC LIMIT 1")
        content = survey.runtime.context.keyring.open(row["id"], row["content"])
        ids = [str(one["id"]) for one in await survey.sql("SELECT id FROM anonymous_response")]
        assert ids
        assert not any(one in content for one in ids)
        looked_up = "SELECT 1 FROM topic_example WHERE response_id IN (SELECT id FROM anonymous_response)"
        assert await survey.sql(looked_up) == []
        assert {topic["mean_score"] for topic in json.loads(content)["topics"]} == {None}

    async def test_few_words_give_a_reason(self, survey, answered):
        found = await run(survey, unit="/city/west/")
        assert found["topics"] is None
        assert found["reason"].startswith("Fewer than 30 anonymous answers")

    async def test_ordinary_topics_hold_none_of_them(self, survey, answered):
        async with survey.client(Role.ANALYST) as client:
            started = await client.post("/v1/topics", json={"most_topics": 2})
            await survey.runtime.jobs.run_next()
            job = (await client.get(started.headers["Location"])).json()
            found = (await client.get(f"/v1/topics/{job['result']['topics']}")).json()
        assert (found["topics"], found["n"]) == (None, 0)


async def test_any_two_populations_differ_by_nobody_or_by_five_and_more(survey, answered):
    """Whatever units, periods and sub-processes are asked for while answers come in."""
    chance, seen = random.Random(7), set()
    context, database = survey.runtime.context, survey.runtime.database
    campaign, version = (await survey.sql("SELECT campaign_id, questionnaire_id FROM anonymous_response LIMIT 1"))[0]
    first = survey.clock.now().date()
    for _ in range(4):
        for _ in range(chance.choice([11, 18, 24])):
            row, words = uuid4(), chance.choice(BILLS + OUTAGES)
            unit = chance.choice(["/city/east/hall-1/", "/city/east/hall-2/", "/city/east/", "/city/west/"])
            await survey.sql(
                "INSERT INTO anonymous_response VALUES ($1, $2, $3, $4, $5, NULL, 'none', $6, '', '{}', $7)",
                row, campaign, version, unit, chance.choice(["RB-05", "RB-09", None]),
                survey.clock.now().date(), context.keyring.seal(row, f'{{"words": "{words}"}}'),
            )  # fmt: skip
        await assign(database, context)
        for unit in ("/", "/city/east/", "/city/east/hall-1/", "/city/east/hall-2/", "/city/west/"):
            for sub_process in (None, "RB-05"):
                for period in ((None, None), (None, first + timedelta(days=4)), (first + timedelta(days=3), None)):
                    asked = AnonymousTopicsIn(sub_process=sub_process, period_from=period[0], period_to=period[1])
                    texts = await gather(database, asked, unit, context)
                    seen.add(frozenset(text.response_id for text in texts))
        survey.clock.advance(timedelta(days=chance.choice([2, 5])))
    assert len(seen) > 15
    for one, other in combinations(seen, 2):
        for difference in (one - other, other - one):
            assert not difference or len(difference) >= FIVE


class TestCoarse:
    def test_names_mark_no_topic_and_numbers_are_in_fives(self):
        topics = [
            {
                "language": "zh-CN",
                "terms": ["王芳", "电费"],
                "n": 13,
                "members": ["a"],
                "months": [["m", 8], ["k", None]],
            },
            {"language": "zh-CN", "terms": ["王芳"], "n": 9, "members": ["b"], "months": []},
        ]
        (one,) = told(topics, 40, lambda term: term == "王芳")
        assert (one["terms"], one["n"], one["share"], one["members"]) == (["电费"], 10, 0.25, [])
        assert one["months"] == [["m", 5], ["k", None]]

    def test_a_language_of_a_few_is_not_told_of(self):
        assert ungrouped({"en": 3, "zh-CN": 8}, {"en": 4, "zh-CN": 36}) == {"zh-CN": 5}
