import asyncpg
import pytest

from kit.auth import Role
from tests.survey.asking import content, needs

FIRST = content("follow_up")
SECOND = FIRST | {"title": {"zh-CN": "新", "en": "New"}}


@pytest.fixture
async def editor(survey):
    async with survey.client(Role.ANALYST) as client:
        await client.post("/v1/needs/import", json={"needs": needs()})
        yield client


async def drafted(editor, code):
    answer = await editor.post("/v1/questionnaires", json={"code": code, "definition": FIRST})
    assert answer.status_code == 201, answer.text
    return answer


class TestDraft:
    async def test_a_draft_can_be_read_and_changed_by_who_saw_it_last(self, editor):
        made = await drafted(editor, "first")
        path = made.headers["Location"]
        assert (made.json()["version"], made.json()["state"], made.headers["ETag"]) == (1, "draft", '"1"')
        changed = await editor.put(path, json=SECOND, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
        assert (await editor.get(path)).json()["definition"]["title"]["en"] == "New"
        stale = await editor.put(path, json=FIRST, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["type"]) == (412, "urn:gridloop:problem:questionnaire_stale")

    @pytest.mark.parametrize("tag", ["*", "x", '"-1"', '"٣"'.encode()])
    async def test_an_etag_that_was_never_given_is_refused(self, editor, tag):
        path = (await drafted(editor, f"tag{abs(hash(tag))}")).headers["Location"]
        assert (await editor.put(path, json=SECOND, headers={"If-Match": tag})).status_code == 422

    async def test_one_draft_per_code(self, editor):
        await drafted(editor, "single")
        again = await editor.post("/v1/questionnaires", json={"code": "single", "definition": FIRST})
        assert (again.status_code, again.json()["type"]) == (409, "urn:gridloop:problem:draft_exists")

    async def test_a_repeated_request_makes_one(self, editor):
        body, key = {"code": "once", "definition": FIRST}, {"Idempotency-Key": "k1"}
        ids = [(await editor.post("/v1/questionnaires", json=body, headers=key)).json()["id"] for _ in range(2)]
        assert ids[0] == ids[1]

    async def test_an_unsound_definition_is_refused_at_its_place(self, editor):
        bad = FIRST | {"items": [FIRST["items"][0] | {"meaning": "everything"}]}
        answer = await editor.post("/v1/questionnaires", json={"code": "bad", "definition": bad})
        assert answer.status_code == 422
        assert [one["pointer"] for one in answer.json()["errors"]] == ["/definition/items/0/meaning"]

    async def test_a_fault_of_an_item_as_a_whole_points_at_the_item(self, editor):
        bad = FIRST | {"items": [FIRST["items"][0], {"code": "a", "type": "rating", "text": {}, "least": 9, "most": 2}]}
        lacking = FIRST | {"items": [{"type": "rating", "text": {}}]}
        found = [
            await editor.post("/v1/questionnaires", json={"code": "bad", "definition": one}) for one in (bad, lacking)
        ]
        pointers = [[one["pointer"] for one in answer.json()["errors"]] for answer in found]
        assert pointers == [["/definition/items/1"], ["/definition/items/0/code"]]

    async def test_without_a_definition_the_newest_version_is_copied(self, editor):
        path = (await drafted(editor, "copied")).headers["Location"]
        await editor.put(path, json=SECOND, headers={"If-Match": '"1"'})
        await editor.post(f"{path}/publish")
        made = await editor.post("/v1/questionnaires", json={"code": "copied"})
        assert (made.status_code, made.json()["version"], made.json()["state"]) == (201, 2, "draft")
        assert made.json()["definition"] == (await editor.get(path)).json()["definition"]

    async def test_nothing_can_be_copied_where_nothing_is(self, editor):
        refused = await editor.post("/v1/questionnaires", json={"code": "never"})
        assert (refused.status_code, refused.json()["type"]) == (
            404,
            "urn:gridloop:problem:questionnaire_nothing_to_copy",
        )

    async def test_a_draft_can_be_deleted_by_who_saw_it_last(self, editor):
        path = (await drafted(editor, "deleted")).headers["Location"]
        await editor.put(path, json=SECOND, headers={"If-Match": '"1"'})
        assert (await editor.delete(path, headers={"If-Match": '"1"'})).status_code == 412
        assert (await editor.delete(path)).status_code == 422
        assert (await editor.delete(path, headers={"If-Match": '"2"'})).status_code == 204
        assert (await editor.get(path)).status_code == 404
        assert (await drafted(editor, "deleted")).json()["version"] == 1

    @pytest.mark.parametrize(
        ("place", "value"),
        [
            ("title", '{"en": "a\\u0000"}'),
            ("title", '{"en": "\\ud83d"}'),
            ("title", '{"de": "a"}'),
            ("introduction", '{"en": ' + '"' + "x" * 2001 + '"}'),
            ("languages", "[]"),
            ("languages", '["zh-CN", "zh-CN"]'),
            ("items", "{}"),
            ("items", '[{"type": "rating", "code": "a", "text": {}, "when": {"===": [1, "\\u0000"]}}]'),
            ("items", '[{"type": "rating", "code": "a", "text": {}, "when": {"===": [1, NaN]}}]'),
            ("items", '[{"type": "rating", "code": "a", "text": {}, "when": {"===": [1, 1e999]}}]'),
            ("items", '[{"type": "rating", "code": "a", "text": {}, "when": {"===": [1, ' + "9" * 4000 + "]}}]"),
            ("items", '[{"type": "rating", "code": "a", "text": {}, "when": ' + "[" * 300 + "]" * 300 + "}]"),
            ("items", '[{"type": "number", "code": "a", "text": {}, "most": NaN}]'),
            ("items", '[{"type": "number", "code": "a", "text": {}, "least": -1e999}]'),
            ("items", '[{"type": "rating", "code": "a\\u0000", "text": {}}]'),
            ("items", '[{"type": "rating", "code": "a", "text": {}, "scoring": {"table": {"\\u0000": 1}}}]'),
            ("items", '[{"type": "rating", "code": "a", "text": {}, "labels": {"\\ud83d": {}}}]'),
        ],
    )
    async def test_a_hostile_draft_is_refused_and_breaks_nothing(self, editor, place, value):
        parts = {"title": "{}", "introduction": "{}", "items": '[{"type": "nps", "code": "a", "text": {}}]'} | {
            place: value
        }
        body = ", ".join(f'"{name}": {part}' for name, part in parts.items())
        raw = f'{{"code": "hostile_draft", "definition": {{{body}}}}}'.encode()
        answer = await editor.post("/v1/questionnaires", content=raw, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"].startswith(f"/definition/{place}")


class TestCompleteness:
    async def test_a_draft_may_lack_texts_and_says_where(self, editor):
        lame = FIRST | {"title": {"en": "Solved?"}}
        made = await editor.post("/v1/questionnaires", json={"code": "lame", "definition": lame})
        found = (await editor.get(f"{made.headers['Location']}/translations")).json()["languages"]
        assert [(one["language"], one["complete"], one["lacking"]) for one in found] == [
            ("zh-CN", False, ["/title/zh-CN"]),
            ("en", True, []),
        ]
        assert found[0]["texts"] == found[1]["texts"] > 8

    async def test_what_lacks_a_text_is_not_published(self, editor):
        lame = FIRST | {"title": {"en": "Solved?"}, "introduction": {"zh-CN": "您好"}}
        path = (await editor.post("/v1/questionnaires", json={"code": "half", "definition": lame})).headers["Location"]
        refused = await editor.post(f"{path}/publish")
        assert (refused.status_code, refused.json()["type"]) == (
            409,
            "urn:gridloop:problem:questionnaire_not_publishable",
        )
        assert [one["pointer"] for one in refused.json()["errors"]] == [
            "/definition/title/zh-CN",
            "/definition/introduction/en",
        ]
        assert (await editor.get(path)).json()["state"] == "draft"


class TestDifference:
    async def test_between_two_versions(self, editor):
        path = (await drafted(editor, "compared")).headers["Location"]
        await editor.post(f"{path}/publish")
        items = [FIRST["items"][1], FIRST["items"][2] | {"required": False}, *FIRST["items"][3:]]
        body = {"code": "compared", "definition": SECOND | {"items": items}}
        newer = (await editor.post("/v1/questionnaires", json=body)).headers["Location"]
        found = (await editor.get(f"{newer}/diff?since={path.rsplit('/')[-1]}")).json()
        assert {(one["field"], one["language"], one["after"]) for one in found["texts"]} == {
            ("title", "zh-CN", "新"),
            ("title", "en", "New"),
        }
        assert (found["added"], found["removed"], found["moved"]) == ([], ["may_contact"], [])
        (solved,) = found["changed"]
        assert (solved["code"], solved["comparable"]) == ("solved", True)
        assert solved["changes"] == [{"field": "required", "language": None, "before": True, "after": False}]


class TestPreview:
    async def test_answers_are_tried_and_nothing_is_stored(self, survey, editor):
        path = (await drafted(editor, "tried")).headers["Location"]
        body = {"answers": {"solved": "no", "handling": 1, "missing": "路灯不亮", "colour": 3}, "complete": True}
        found = (await editor.post(f"{path}/preview", json=body)).json()
        assert found["shown"] == ["may_contact", "unit_may_know", "solved", "handling", "missing"]
        assert [fault["pointer"] for fault in found["faults"]] == ["/answers/colour"]
        assert found["reading"]["solved"] is False
        assert [(one["item"], one["driver"], one["value"], one["low"]) for one in found["reading"]["scores"]] == [
            ("handling", "problem_solving", 1.0, True)
        ]
        assert found["reading"]["needs"] == [{"need": "being_respected", "aspect": "performance", "value": 1.0}]
        assert await survey.sql("SELECT 1 FROM response") == []

    async def test_whatever_is_sent_is_answered(self, editor):
        path = (await drafted(editor, "hostile")).headers["Location"]
        for raw in (
            b'{"answers": {"handling": NaN}}',
            b'{"answers": {"handling": 1e999}}',
            b'{"answers": {"missing": "\\ud83d"}}',
            b'{"answers": {"\\u0000": {"a": [1]}}}',
            b'{"answers": {"handling": ' + b"9" * 4000 + b"}}",
            b'{"answers": {"handling": ' + b"[" * 200 + b"]" * 200 + b"}}",
        ):
            answer = await editor.post(f"{path}/preview", content=raw, headers={"Content-Type": "application/json"})
            assert answer.status_code == 200, answer.text
            assert len(answer.json()["faults"]) == 1


class TestPublished:
    async def test_a_published_version_never_changes_and_the_next_is_drafted(self, editor):
        made = await drafted(editor, "kept")
        path = made.headers["Location"]
        assert (await editor.post(f"{path}/publish")).json()["state"] == "published"
        refused = await editor.put(path, json=SECOND, headers={"If-Match": '"1"'})
        assert (refused.status_code, refused.json()["type"]) == (
            409,
            "urn:gridloop:problem:questionnaire_immutable",
        )
        assert (await drafted(editor, "kept")).json()["version"] == 2

    async def test_not_even_the_database_lets_it_change(self, survey, editor):
        path = (await drafted(editor, "locked")).headers["Location"]
        await editor.post(f"{path}/publish")
        with pytest.raises(asyncpg.CheckViolationError, match="never change"):
            await survey.sql("UPDATE questionnaire SET definition = '{}' WHERE code = 'locked'")

    async def test_not_even_the_database_deletes_it_or_takes_it_back(self, survey, editor):
        path = (await drafted(editor, "forever")).headers["Location"]
        await editor.post(f"{path}/publish")
        refused = await editor.delete(path, headers={"If-Match": '"1"'})
        assert (refused.status_code, refused.json()["type"]) == (
            409,
            "urn:gridloop:problem:questionnaire_immutable",
        )
        for statement in ("DELETE FROM questionnaire", "UPDATE questionnaire SET state = 'draft'"):
            with pytest.raises(asyncpg.CheckViolationError, match="kept for ever"):
                await survey.sql(f"{statement} WHERE code = 'forever'")

    async def test_wrong_moves_name_the_state_and_the_moves_allowed(self, editor):
        path = (await drafted(editor, "moves")).headers["Location"]
        early = await editor.post(f"{path}/retire")
        assert (early.status_code, early.json()["state"], early.json()["allowed"]) == (409, "draft", ["published"])
        await editor.post(f"{path}/publish")
        assert (await editor.post(f"{path}/publish")).json()["allowed"] == ["retired"]
        assert (await editor.post(f"{path}/retire")).json()["state"] == "retired"
        assert (await editor.post(f"{path}/publish")).json()["allowed"] == []


class TestReading:
    async def test_the_list_goes_on_where_it_ended(self, editor):
        for code in ("listed_a", "listed_b", "listed_c"):
            await drafted(editor, code)
        seen, path = [], "/v1/questionnaires?limit=2"
        while path:
            page = await editor.get(path)
            seen += [item["code"] for item in page.json()["items"]]
            after = page.json()["next"]
            path = f"/v1/questionnaires?limit=2&after={after}" if after else None
        assert [code for code in seen if code.startswith("listed_")] == ["listed_a", "listed_b", "listed_c"]

    async def test_by_code(self, editor):
        await drafted(editor, "wanted")
        found = (await editor.get("/v1/questionnaires?code=wanted")).json()["items"]
        assert [(item["code"], item["version"]) for item in found] == [("wanted", 1)]

    async def test_what_is_not_there(self, editor):
        path = "/v1/questionnaires/0192f3a0-0000-7000-8000-000000000001"
        assert (await editor.get(path)).status_code == 404
