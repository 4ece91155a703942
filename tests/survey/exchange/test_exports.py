"""Exports: what stands in them, for whom, and that they are gone afterwards."""

import io
from datetime import timedelta
from uuid import uuid4

import pyarrow.parquet as pq
import pyreadstat
import pytest
from python_calamine import CalamineWorkbook

from kit.auth import Role
from tests.survey.asking import HALL
from tests.survey.exchange.exporting import Exporting

WORDS = '=HYPERLINK("http://x")抄错表了'
VARIED = {
    "title": {"zh-CN": "各类题目", "en": "All items"},
    "introduction": {"zh-CN": "保密。", "en": "Confidential."},
    "items": [
        {"code": "unit", "type": "rating", "text": {"zh-CN": "满意度", "en": "How satisfied"},
         "labels": {"5": {"zh-CN": "很满意", "en": "very"}}},
        {"code": "parts", "type": "matrix", "text": {"zh-CN": "各方面", "en": "Parts"}, "rows": [
            {"code": "staff", "text": {"zh-CN": "人员", "en": "Staff"}, "driver": "staff_conduct"},
            {"code": "bill", "text": {"zh-CN": "账单", "en": "Bill"}, "driver": "billing_accuracy"}]},
        {"code": "why", "type": "multiple_choice", "text": {"zh-CN": "原因", "en": "Why"}, "options": [
            {"code": "late", "text": {"zh-CN": "太慢", "en": "Late"}},
            {"code": "other", "text": {"zh-CN": "其他", "en": "Other"}, "free_text": True}]},
        {"code": "pair", "type": "kano", "need": "told", "text": {"zh-CN": "通知", "en": "Being told"},
         "functional": {"zh-CN": "有", "en": "with"}, "dysfunctional": {"zh-CN": "无", "en": "without"}},
        {"code": "hours", "type": "number", "decimals": 1, "text": {"zh-CN": "小时", "en": "Hours"}},
        {"code": "since", "type": "date", "text": {"zh-CN": "自", "en": "Since"}},
    ],
}  # fmt: skip
ANSWERS = {
    "unit": 4, "parts": {"staff": 2, "bill": 5}, "why": ["other"], "why.other": "@others",
    "pair": {"functional": "like", "dysfunctional": "dislike"}, "hours": 2.5, "since": "2020-02-29",
}  # fmt: skip


@pytest.fixture
def exporting(survey, asking):
    return Exporting(survey)


@pytest.fixture(scope="module")
async def varied(survey, asking):
    texts = {"name": {"zh-CN": "知情", "en": "Being told"}, "description": {"zh-CN": "知情", "en": "In time"}}
    await asking.post("/v1/needs", {"code": "told"} | texts, Role.ANALYST)
    await asking.publish("varied", VARIED)
    await asking.campaign("varied", questionnaire="varied", trigger="none")
    made = await asking.post(
        "/v1/invitations", {"campaign": "varied", "account": await asking.contact(), "unit": HALL}, Role.INTEGRATOR
    )
    link = await asking.post(f"/v1/invitations/{made['id']}/link", None, Role.INTEGRATOR, status=200)
    return await asking.answer(link["token"], **ANSWERS)


async def row_of(rows, response):
    (row,) = [row for row in rows if row["response"] == str(response)]
    return row


class TestWhatStandsInIt:
    async def test_a_row_per_complete_answer_with_its_scores(self, asking, exporting):
        response = await asking.answer(await asking.invited(), overall=2, billing=1)
        row = await row_of(await exporting.rows(Role.MANAGER), response)
        assert (row["overall"], row["billing"], row["score.overall"]) == ("2", "1", "2.0")
        assert (row["unit"], row["sub_process"], row["occurred_on"]) == (HALL, "RB-09", "2026-03-02")

    async def test_incomplete_answers_do_not(self, asking, exporting):
        token, response = await asking.invited(), uuid4()
        await asking.put(response, {"invitation": token, "revision": 1, "complete": False, "answers": {"overall": 1}})
        assert str(response) not in {row["response"] for row in await exporting.rows(Role.MANAGER)}

    async def test_every_type_of_item_has_its_columns(self, exporting, varied):
        (row,) = await exporting.rows(Role.MANAGER, questionnaire="varied", words=True)
        expected = {
            "unit": HALL, "unit.v1": "4", "parts.staff": "2", "parts.bill": "5", "why.late": "0", "why.other": "1",
            "why.other.text": "'@others", "pair.functional": "like", "pair.dysfunctional": "dislike", "hours": "2.5",
            "since": "2020-02-29",
        }  # fmt: skip
        assert {name: row[name] for name in expected} == expected

    async def test_the_same_in_every_format(self, exporting, varied, tmp_path):
        asked = {"questionnaire": "varied", "words": True, "language": "en"}
        table = pq.read_table(io.BytesIO((await exporting.run(Role.MANAGER, format="parquet", **asked)).content))
        (row,) = table.to_pylist()
        assert (row["parts.staff"], row["pair.functional"], row["hours"], row["why.late"]) == (2, "like", 2.5, False)
        path = tmp_path / "answers.sav"
        path.write_bytes((await exporting.run(Role.MANAGER, format="sav", **asked)).content)
        frame, about = pyreadstat.read_sav(path)
        assert list(frame["parts.staff"]) == [2]
        assert list(frame["why.other.text"]) == ["@others"]
        assert about.variable_value_labels["unit.v1"] == {5.0: "very"}
        assert about.column_names_to_labels["hours"] == "Hours"
        book = CalamineWorkbook.from_filelike(
            io.BytesIO((await exporting.run(Role.MANAGER, format="xlsx", **asked)).content)
        )
        head, first = book.get_sheet_by_name("responses").to_python()
        assert first[head.index("why.other.text")] == "@others"

    async def test_versions_stand_beside_each_other(self, asking, exporting):
        definition = {"title": {"en": "A", "zh-CN": "A"}, "introduction": {"en": "A", "zh-CN": "A"}}
        text = {"text": {"en": "How", "zh-CN": "如何"}}
        options = [{"code": code, "text": {"en": code, "zh-CN": code}} for code in ("a", "b")]
        first = [{"code": "same", "type": "rating", **text}, {"code": "other", "type": "nps", **text}]
        second = [first[0], {"code": "other", "type": "single_choice", "options": options, **text}]
        await asking.publish("changing", definition | {"items": first})
        await asking.publish("changing", definition | {"items": second})
        async with exporting.survey.client(Role.ANALYST) as client:
            book = (await client.get("/v1/responses/codebook", params={"questionnaire": "changing"})).json()
        names = [column["column"] for column in book["columns"]]
        assert names[-3:] == ["same", "other", "other.v2"]

    async def test_a_period_and_a_unit(self, asking, exporting):
        response = await asking.answer(await asking.invited(), overall=3)
        ids = [row["response"] for row in await exporting.rows(Role.MANAGER, period_to="2026-03-01")]
        assert str(response) not in ids
        for asked in ({"period_from": "2026-03-02", "period_to": "2026-03-02"}, {"unit": HALL}):
            assert str(response) in [row["response"] for row in await exporting.rows(Role.MANAGER, **asked)]
        assert str(response) not in [row["response"] for row in await exporting.rows(Role.MANAGER, unit="/city/west/")]

    async def test_many_answers_go_in_chunks(self, survey, asking, exporting, monkeypatch):
        from survey.exchange.exports import service

        monkeypatch.setattr(service, "CHUNK", 2)
        made = {str(await asking.answer(await asking.invited(), overall=4)) for _ in range(5)}
        rows = [row["response"] for row in await exporting.rows(Role.MANAGER)]
        assert made <= set(rows)
        assert len(rows) == len(set(rows))


class TestWhoSeesWhat:
    async def test_analysts_get_neither_words_nor_accounts(self, exporting):
        for asked in ({"words": True}, {"accounts": True}):
            refused = await exporting.ask(Role.ANALYST, **asked)
            assert refused.status_code == 403
            assert refused.json()["type"] == "urn:gridloop:problem:words_not_allowed"

    async def test_nor_what_leads_to_a_customer(self, asking, exporting):
        account = await asking.contact(name="Zhao Liu", phone="+8613912345678")
        response = await asking.answer(
            await asking.invited(account), overall=2, words="my secret", unit_may_know=True, may_contact=True
        )
        content = (await exporting.run(Role.ANALYST)).content.decode()
        for told in (account, "secret", "Zhao", "13912345678", str(response)):
            assert told not in content

    async def test_managers_read_words_and_the_accounts_of_who_agreed(self, asking, exporting):
        open_account, kept_account = await asking.contact(), await asking.contact()
        agreed = await asking.answer(await asking.invited(open_account), overall=2, words=WORDS, unit_may_know=True)
        not_agreed = await asking.answer(await asking.invited(kept_account), overall=2, may_contact=True)
        rows = await exporting.rows(Role.MANAGER, words=True, accounts=True)
        assert (await row_of(rows, agreed))["words"] == "'" + WORDS
        assert (await row_of(rows, agreed))["account"] == open_account
        assert (await row_of(rows, not_agreed))["account"] == ""

    async def test_the_hotline_names_who_may_be_contacted(self, asking, exporting):
        account = await asking.contact()
        response = await asking.answer(await asking.invited(account), overall=2, may_contact=True)
        rows = await exporting.rows(Role.AGENT, accounts=True)
        assert (await row_of(rows, response))["account"] == account

    async def test_other_units_answers_are_not_in_it(self, asking, exporting):
        response = await asking.answer(await asking.invited(), overall=2)
        rows = await exporting.rows(Role.MANAGER, unit="/city/west/")
        assert str(response) not in {row["response"] for row in rows}

    async def test_a_file_is_for_nobody_but_who_asked(self, survey, exporting):
        begun = await exporting.run(Role.MANAGER, words=True)
        async with survey.client(Role.ANALYST, subject="somebody else") as client:
            assert (await client.get(begun.request.url.path)).status_code == 404

    async def test_anonymous_answers_lead_to_nobody(self, asking, exporting):
        await asking.campaign("secret", questionnaire="after_order", trigger="none", confidentiality="anonymous")
        accounts = [await asking.contact() for _ in range(12)]
        for account in accounts:
            asked = {"campaign": "secret", "account": account, "unit": HALL, "sub_process": "RB-09"}
            made = await asking.post("/v1/invitations", asked, Role.INTEGRATOR)
            link = await asking.post(f"/v1/invitations/{made['id']}/link", None, Role.INTEGRATOR, status=200)
            await asking.answer(link["token"], overall=2, words="said by nobody", unit_may_know=True)
        rows = [row for row in await exporting.rows(Role.MANAGER, words=True, accounts=True) if row["anonymous"] == "1"]
        assert len(rows) >= 5
        assert {row["words"] for row in rows} == {"said by nobody"}
        assert {(row["account"], row["received_on"]) for row in rows} == {("", "")}
        assert {row["overall"] for row in rows} == {"2"}


class TestTheFile:
    async def test_is_sealed_where_it_is_kept(self, survey, asking, exporting):
        await asking.answer(await asking.invited(), overall=2, words="very private indeed")
        await exporting.run(Role.MANAGER, words=True)
        for piece in await survey.sql("SELECT content FROM file_piece"):
            assert b"overall" not in piece["content"]

    async def test_expires_with_all_its_pieces(self, survey, asking, exporting):
        answer = await exporting.run(Role.MANAGER)
        survey.clock.advance(timedelta(days=3, minutes=1))
        async with survey.client(Role.MANAGER) as client:
            assert (await client.get(answer.request.url.path)).status_code == 404
        await survey.fire_timers()
        assert await survey.sql("SELECT 1 FROM stored_file UNION ALL SELECT 1 FROM file_piece") == []

    async def test_an_unknown_questionnaire_is_told_at_once(self, exporting):
        refused = await exporting.ask(Role.ANALYST, questionnaire="nothing")
        assert refused.status_code == 404

    async def test_the_codebook_as_a_table(self, survey, exporting, varied):
        async with survey.client(Role.ANALYST) as client:
            query = {"questionnaire": "varied", "format": "csv", "language": "zh-CN"}
            book = (await client.get("/v1/responses/codebook", params=query)).content.decode("utf-8-sig")
        assert "parts.staff,integer,各方面 / 人员" in book
        assert "pair.functional,code,通知 / 具备该功能时,like,喜欢" in book
