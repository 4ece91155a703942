from uuid import UUID

import pytest

from kit.auth import Role
from survey.topics.coarse import stepped

UNIT = "/city/east/"
BILLS = [
    "电费算错了两次，请打13812345678",
    "抄表错误电费多收",
    "电费账单看不懂",
    "多收电费要求退费",
    "抄表读数错误电费不对",
]
OUTAGES = ["停电三小时没人通知", "停电频繁没有通知", "抢修太慢停电很久", "停电抢修等待太久", "频繁停电影响生意"]


@pytest.fixture(scope="module")
async def answered(survey, asking):
    for line in (BILLS + OUTAGES) * 4:
        account = await asking.contact(name="王芳")
        token = await asking.invited(account, unit=f"{UNIT}hall-1/")
        await asking.answer(token, overall=1 if line in BILLS else 4, words=f"{line}")
    return asking


async def run(survey, *, unit="/", **asked):
    async with survey.client(Role.ANALYST, unit=unit) as client:
        answer = await client.post("/v1/topics", json=asked)
        assert answer.status_code == 202, answer.text
        await survey.runtime.jobs.run_next()
        job = (await client.get(answer.headers["Location"])).json()
    assert job["state"] == "done", job
    return job["result"]["topics"]


async def get(survey, found, role, *, status=200, unit="/"):
    async with survey.client(role, unit=unit) as client:
        answer = await client.get(f"/v1/topics/{found}")
    assert answer.status_code == status, answer.text
    return answer.json()


class TestTopics:
    async def test_what_customers_write_about_with_terms_numbers_and_scores(self, survey, answered):
        found = await get(survey, await run(survey, unit=UNIT, most_topics=2, seed=1), Role.ANALYST)
        assert found["n"] == 40
        by_term = {term: topic for topic in found["topics"] for term in topic["terms"][:2]}
        assert by_term["电费"]["mean_score"] < 2
        assert by_term["停电"]["mean_score"] > 3
        assert [month["n"] for month in by_term["停电"]["months"]] == [by_term["停电"]["n"]]
        assert found["ungrouped"].keys() == {"zh-CN"}
        assert found["formulas"].keys() == {"n", "share", "months", "mean_score"}
        assert (found["time_zone"], found["steps_of"]) == ("Asia/Shanghai", 5)

    async def test_numbers_are_in_fives_and_means_in_steps(self, survey, answered):
        """So that two groupings which differ by one customer do not tell of him."""
        token = await answered.invited(await answered.contact(), unit=f"{UNIT}hall-1/")
        await answered.answer(token, overall=5, words=OUTAGES[0])
        made = await run(survey, unit=UNIT, most_topics=2, seed=1)
        found = await get(survey, made, Role.ANALYST)
        assert found["n"] == 40
        async with survey.client(Role.ANALYST) as client:
            listed = (await client.get("/v1/topics?limit=200")).json()["items"]
        assert {one["n"] for one in listed if one["id"] == made} == {40}
        assert found["topics"]
        numbers = [n for one in found["topics"] for n in (one["n"], *(month["n"] or 0 for month in one["months"]))]
        assert all(n % 5 == 0 for n in [*numbers, *found["ungrouped"].values()])
        for topic in found["topics"]:
            assert topic["mean_score"] == stepped(topic["mean_score"], topic["n"])

    async def test_examples_are_masked_and_for_those_who_may_read_words(self, survey, answered):
        made = await run(survey, unit=UNIT, most_topics=2, seed=1, examples=10)
        seen = await get(survey, made, Role.MANAGER)
        examples = [line for topic in seen["topics"] for line in topic["examples"]]
        assert any("停电" in line for line in examples)
        assert not any("13812345678" in line for line in examples)
        for role in (Role.ANALYST, Role.LEADER):
            assert {topic["examples"] for topic in (await get(survey, made, role))["topics"]} == {None}

    async def test_no_words_are_stored_in_the_clear(self, survey, answered):
        await run(survey, unit=UNIT, seed=2)
        stored = await survey.sql("SELECT content FROM topic_run WHERE content IS NOT NULL")
        assert stored
        dump = str(await survey.sql("SELECT * FROM job")) + "".join(
            row["content"].decode(errors="replace") for row in stored
        )
        assert "停电" not in dump
        assert "13812345678" not in dump

    async def test_an_erased_customers_answer_is_named_nowhere_and_no_figure_moves(self, survey, answered):
        made = await run(survey, unit=UNIT, most_topics=2, seed=5, examples=10)
        before = await get(survey, made, Role.ANALYST)
        (row,) = await survey.sql("SELECT content FROM topic_run WHERE id = $1", UUID(made))
        sealed = survey.runtime.context.keyring.open(UUID(made), row["content"])
        examples = await survey.sql(
            "SELECT e.response_id AS id, c.account FROM topic_example e JOIN response r ON r.id = e.response_id "
            "JOIN contact c ON c.id = r.contact_id WHERE run_id = $1",
            UUID(made),
        )
        assert len(examples) > 20
        assert not any(str(one["id"]) in sealed for one in await survey.sql("SELECT id FROM response"))
        async with survey.client(Role.ADMIN) as officer:
            assert (await officer.delete(f"/v1/contacts/{examples[0]['account']}")).status_code == 200
        left = "SELECT 1 FROM topic_example WHERE response_id = $1"
        assert await survey.sql(left, examples[0]["id"]) == []
        assert await get(survey, made, Role.ANALYST) == before

    async def test_an_example_goes_with_its_customers_key(self, survey, answered):
        made = await run(survey, unit=UNIT, most_topics=2, seed=1, examples=10)
        async with survey.client(Role.MANAGER) as client:
            before = (await client.get(f"/v1/topics/{made}")).json()
            await survey.sql("UPDATE response SET words = NULL WHERE unit LIKE '/city/east/hall-1/%'")
            after = (await client.get(f"/v1/topics/{made}")).json()
        assert any(topic["examples"] for topic in before["topics"])
        assert not any(topic["examples"] for topic in after["topics"])

    async def test_few_words_give_a_reason(self, survey, answered):
        found = await get(survey, await run(survey, unit="/city/north/"), Role.ANALYST)
        assert (found["topics"], found["reason"]) == (None, "Fewer than 30 answers with words.")

    async def test_foreign_groupings_are_not_there(self, survey, answered):
        made = await run(survey, unit=UNIT)
        await get(survey, made, Role.MANAGER, status=404, unit="/city/west/")
        async with survey.client(Role.MANAGER) as client:
            assert made in {one["id"] for one in (await client.get("/v1/topics?limit=200")).json()["items"]}
