"""Answers from before: they count, they lead to nothing, and they come once."""

import json
from itertools import count

import pytest

from kit.auth import Role
from survey.analyses.service import assign
from tests.survey.exchange.exporting import Exporting
from tests.survey.exchange.importing import Importing, places, workbook
from tests.survey.exchange.test_exports import ANSWERS, VARIED

HEADING = "id,account,occurred_at,unit,sub_process,overall,billing,recommend,words\n"
ids = (f"old-{number}" for number in count(1))


@pytest.fixture
def importing(survey, asking):
    return Importing(survey)


@pytest.fixture(scope="module")
async def varied(asking):
    texts = {"name": {"zh-CN": "知情", "en": "Being told"}, "description": {"zh-CN": "知情", "en": "In time"}}
    await asking.post("/v1/needs", {"code": "told"} | texts, Role.ANALYST)
    await asking.publish("varied", VARIED)


def row(number=None, **more):
    values = {
        "id": number or next(ids), "account": "", "occurred_at": "2025-11-03 09:00", "unit": "/city/east/",
        "sub_process": "RB-09", "overall": 2, "billing": 1, "recommend": 3, "words": "",
    } | more  # fmt: skip
    return ",".join(str(value) for value in values.values()) + "\n"


async def run(importing, content, **options):
    return await importing.run(content, kind="responses", **({"questionnaire": "after_order"} | options))


class TestPastAnswers:
    async def test_they_count_as_scores_and_tallies(self, survey, importing):
        before = await survey.sql("SELECT count(*) AS n FROM tally")
        result = await run(importing, HEADING + row() + row(overall=5))
        assert (result["outcome"], result["changed"]) == ("applied", 2)
        scored = await survey.sql(
            "SELECT value FROM score JOIN response r ON r.id = response_id WHERE source = 'import' AND driver = ''"
        )
        assert max(one["value"] for one in scored) == 5
        assert (await survey.sql("SELECT count(*) AS n FROM tally"))[0]["n"] == before[0]["n"] + 2

    async def test_they_are_put_into_blocks_for_analyses_though_they_came_long_ago(self, survey, importing):
        await assign(survey.runtime.database, survey.runtime.context)
        await run(importing, HEADING + "".join(row(unit="/city/east/old-hall/") for _ in range(5)))
        await assign(survey.runtime.database, survey.runtime.context)
        (found,) = await survey.sql(
            "SELECT count(*) AS n FROM response JOIN analysis_member ON response_id = id "
            "WHERE unit = '/city/east/old-hall/'"
        )
        assert found["n"] == 5

    async def test_they_announce_nothing(self, survey, importing):
        before = len(await survey.events())
        await run(importing, HEADING + row(overall=1))
        assert len(await survey.events()) == before

    async def test_the_same_file_again_changes_nothing(self, survey, importing):
        file = HEADING + row() + row()
        await run(importing, file)
        (before,) = await survey.sql("SELECT count(*) AS n FROM response")
        again = await run(importing, file)
        assert (again["changed"], again["unchanged"]) == (0, 2)
        assert await survey.sql("SELECT count(*) AS n FROM response") == [before]

    async def test_another_systems_ids_are_others(self, importing):
        file = HEADING + row("1")
        assert (await run(importing, file, source="limesurvey"))["changed"] == 1
        assert (await run(importing, file, source="old_system"))["changed"] == 1

    async def test_words_are_sealed_and_read_as_others_are(self, survey, asking, importing):
        account = await asking.contact()
        await run(importing, HEADING + row(account=account, words="kept words") + row(words="of nobody known"))
        rows = await Exporting(survey).rows(Role.MANAGER, words=True)
        assert {"kept words", "of nobody known"} <= {one["words"] for one in rows}
        stored = await survey.sql("SELECT words FROM response WHERE source = 'import' AND words IS NOT NULL")
        assert not any(b"kept" in one["words"] for one in stored)

    async def test_they_belong_to_the_person(self, survey, asking, importing):
        account = await asking.contact()
        await run(importing, HEADING + row(account=account))
        async with survey.client(Role.ADMIN) as client:
            found = (await client.get(f"/v1/contacts/{account}/export")).json()
            assert [one["source"] for one in found["responses"]] == ["import"]
            await client.delete(f"/v1/contacts/{account}")
        result = await run(importing, HEADING + row(account=account, words="of an erased person"))
        assert result["changed"] == 1
        assert (
            await survey.sql("SELECT 1 FROM response JOIN contact c ON c.id = contact_id WHERE account = $1", account)
            == []
        )
        rows = await Exporting(survey).rows(Role.MANAGER, words=True)
        assert "of an erased person" not in {one["words"] for one in rows}

    async def test_every_fault_by_row_and_column_and_nothing_stored(self, survey, importing):
        (before,) = await survey.sql("SELECT count(*) AS n FROM response")
        file = HEADING + row() + row(overall=9) + row(occurred_at="soon") + row(account="31009999990") + row(unit="x")
        result = await run(importing, file + row(occurred_at="2099-01-01"))
        assert result["outcome"] == "refused"
        assert places(result) == [
            (3, "overall"), (4, "occurred_at"), (6, "unit"), (7, "occurred_at"), (5, "account"),
        ]  # fmt: skip
        assert await survey.sql("SELECT count(*) AS n FROM response") == [before]

    async def test_the_same_id_twice_in_a_file(self, importing):
        assert places(await run(importing, HEADING + row("twice") + row("twice"))) == [(3, "")]

    async def test_an_unknown_questionnaire_is_told_at_once(self, importing):
        refused = await importing.send(b"id\n", kind="responses", questionnaire="nothing")
        assert refused.status_code == 404

    async def test_the_template_is_a_file_that_is_taken(self, survey, importing):
        async with survey.client(Role.INTEGRATOR) as client:
            for kind in ("csv", "xlsx"):
                query = {"questionnaire": "after_order", "format": kind, "language": "en"}
                template = await client.get("/v1/responses/import-template", params=query)
                result = await run(importing, template.content, dry_run=True)
                assert (result["outcome"], result["rows"]) == ("checked", 1), result


class TestItemsOfEveryType:
    async def stored(self, survey, source):
        (one,) = await survey.sql("SELECT answers::text AS answers FROM response WHERE source = $1", source)
        return json.loads(one["answers"])

    async def test_what_was_exported_is_taken_back(self, survey, importing, varied):
        heading = ["id", "occurred_at", "unit", "parts.staff", "parts.bill", "why.late", "why.other", "why.other.text",
                   "pair.functional", "pair.dysfunctional", "hours", "since"]  # fmt: skip
        cells = ["1", "2025-01-02", "/city/", 2, 5, 0, 1, "because", "like", "dislike", 2.5, "2020-02-29"]
        result = await run(importing, workbook(heading, cells), questionnaire="varied", source="columns")
        assert result["outcome"] == "applied", result
        expected = {code: value for code, value in ANSWERS.items() if code not in {"unit", "why.other"}}
        assert await self.stored(survey, "columns") == expected

    async def test_texts_stand_for_codes_and_headings(self, survey, importing, varied):
        file = (
            "编号,服务日期,单位,原因,pair.functional,pair.dysfunctional,小时,自\n"
            "2,2025年1月2日,/city/,太慢；其他,喜欢,不喜欢,2.5,2020/2/29\n"
        )
        result = await run(importing, file, questionnaire="varied", source="texts")
        assert result["outcome"] == "applied", result
        stored = await self.stored(survey, "texts")
        assert stored["why"] == ["late", "other"]
        assert stored["pair"] == {"functional": "like", "dysfunctional": "dislike"}
        assert (stored["hours"], stored["since"]) == (2.5, "2020-02-29")

    async def test_faults_name_the_column_of_the_part(self, importing, varied):
        file = "id,occurred_at,unit,parts.staff,hours,why\n3,2025-01-02,/city/,9,2.55,slow\n"
        result = await run(importing, file, questionnaire="varied")
        assert places(result) == [(2, "why")]
        file = "id,occurred_at,unit,parts.staff,hours\n3,2025-01-02,/city/,9,2.55\n"
        result = await run(importing, file, questionnaire="varied")
        assert places(result) == [(2, "parts.staff"), (2, "hours")]
