import asyncio

import pytest

from kit.auth import Role
from tests.survey.asking import Asking, content, needs

RESTORATION = next(one for one in needs() if one["code"] == "quick_restoration")
OTHER = {name: value for name, value in RESTORATION.items() if name != "code"} | {
    "name": {"zh-CN": "复电快", "en": "Back soon"}
}


@pytest.fixture
async def editor(survey):
    async with survey.client(Role.ANALYST) as client:
        yield client


async def added(editor, code, **more):
    answer = await editor.post("/v1/needs", json=RESTORATION | {"code": code} | more)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


class TestRegister:
    async def test_a_need_is_added_read_and_changed_by_who_saw_it_last(self, survey, editor):
        path = await added(editor, "first")
        made = await editor.get(path)
        assert (made.json()["state"], made.json()["version"], made.headers["ETag"]) == ("active", 1, '"1"')
        assert made.json()["sub_processes"] == RESTORATION["sub_processes"]
        changed = await editor.put(path, json=OTHER, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.json()["name"]["en"], changed.headers["ETag"]) == (200, "Back soon", '"2"')
        stale = await editor.put(path, json=OTHER, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["type"]) == (412, "urn:gridloop:problem:need_stale")

    async def test_each_version_is_kept(self, editor):
        path = await added(editor, "kept")
        await editor.put(path, json=OTHER, headers={"If-Match": '"1"'})
        await editor.post(f"{path}/retire")
        found = (await editor.get(f"{path}/versions")).json()["items"]
        assert [(one["version"], one["state"], one["name"]["en"]) for one in found] == [
            (1, "active", "Quick restoration"),
            (2, "active", "Back soon"),
            (3, "retired", "Back soon"),
        ]

    async def test_wrong_moves_name_the_state_and_the_moves_allowed(self, editor):
        path = await added(editor, "moves")
        early = await editor.post(f"{path}/activate")
        assert (early.status_code, early.json()["state"], early.json()["allowed"]) == (409, "active", ["retired"])
        assert (await editor.post(f"{path}/retire")).json()["state"] == "retired"
        assert (await editor.post(f"{path}/activate")).json()["version"] == 3

    async def test_a_code_names_one_need(self, editor):
        await added(editor, "one")
        again = await editor.post("/v1/needs", json=RESTORATION | {"code": "one"})
        assert (again.status_code, again.json()["type"]) == (409, "urn:gridloop:problem:need_exists")

    async def test_a_repeated_request_adds_one(self, editor):
        body, key = RESTORATION | {"code": "once"}, {"Idempotency-Key": "n1"}
        assert [(await editor.post("/v1/needs", json=body, headers=key)).status_code for _ in range(2)] == [201, 201]

    async def test_of_two_who_add_the_same_one_wins(self, editor):
        body = RESTORATION | {"code": "raced"}
        both = await asyncio.gather(*(editor.post("/v1/needs", json=body) for _ in range(2)))
        assert sorted(answer.status_code for answer in both) == [201, 409]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"code": "ranking"},
            {"code": "import"},
            {"code": "Big"},
            {"name": {"en": "Only English"}},
            {"description": {}},
            {"description": {"zh-CN": "a\x00", "en": "b"}},
            {"name": {"zh-CN": "x" * 101, "en": "b"}},
            {"sub_processes": ["OR-4"]},
            {"sub_processes": ["OR-04", "OR-04"]},
            {"main_processes": ["or"]},
            {"colour": "red"},
        ],
    )
    async def test_what_is_unsound_is_refused(self, editor, wrong):
        assert (await editor.post("/v1/needs", json=RESTORATION | {"code": "unsound"} | wrong)).status_code == 422
        assert (await editor.get("/v1/needs/unsound")).status_code == 404

    @pytest.mark.parametrize("code", ["%00", "A", "%ED%A0%BD", "a" * 41])
    async def test_a_code_that_no_need_could_have(self, editor, code):
        assert (await editor.get(f"/v1/needs/{code}")).status_code == 422

    async def test_by_state_and_by_sub_process(self, editor):
        await added(editor, "z_own", main_processes=[], sub_processes=["QA-05"])
        await added(editor, "z_main", main_processes=["QA"], sub_processes=[])
        await editor.post("/v1/needs/z_main/retire")
        found = (await editor.get("/v1/needs?sub_process=QA-05")).json()["items"]
        assert [one["code"] for one in found] == ["z_main", "z_own"]
        active = (await editor.get("/v1/needs?sub_process=QA-05&state=active")).json()["items"]
        assert [one["code"] for one in active] == ["z_own"]


class TestImport:
    async def test_the_ready_made_set_may_be_imported_again_and_keeps_what_was_changed_here(self, editor):
        first = (await editor.post("/v1/needs/import", json={"needs": needs()})).json()
        assert sorted(first["added"]) == sorted(one["code"] for one in needs())
        again = (await editor.post("/v1/needs/import", json={"needs": needs()})).json()
        assert (again["added"], len(again["unchanged"])) == ([], len(needs()))
        await editor.put("/v1/needs/quick_restoration", json=OTHER, headers={"If-Match": '"1"'})
        third = (await editor.post("/v1/needs/import", json={"needs": needs()})).json()
        assert (third["kept"], third["changed"]) == (["quick_restoration"], [])
        assert (await editor.get("/v1/needs/quick_restoration")).json()["name"]["en"] == "Back soon"
        fourth = (await editor.post("/v1/needs/import", json={"needs": needs(), "replace": True})).json()
        assert fourth["changed"] == ["quick_restoration"]
        assert (await editor.get("/v1/needs/quick_restoration")).json()["version"] == 3

    async def test_all_or_nothing(self, editor):
        body = {"needs": [RESTORATION | {"code": "half_a"}, RESTORATION | {"code": "Half"}]}
        refused = await editor.post("/v1/needs/import", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/needs/1/code")
        assert (await editor.get("/v1/needs/half_a")).status_code == 404

    async def test_each_once(self, editor):
        body = {"needs": [RESTORATION | {"code": "dup"}] * 2}
        assert "twice there: dup" in (await editor.post("/v1/needs/import", json=body)).text


class TestAskedAbout:
    async def test_a_questionnaire_about_an_unknown_need_is_not_published(self, editor):
        definition = content("follow_up")
        definition["items"][3] |= {"need": "never_heard_of"}
        made = await editor.post("/v1/questionnaires", json={"code": "unknown_need", "definition": definition})
        refused = await editor.post(f"{made.headers['Location']}/publish")
        assert (refused.status_code, refused.json()["type"]) == (
            409,
            "urn:gridloop:problem:questionnaire_not_publishable",
        )
        assert refused.json()["errors"] == [
            {
                "pointer": "/definition/items/3/need",
                "detail": "The register has no need 'never_heard_of': add it there, or name another.",
            }
        ]

    async def test_nor_one_about_a_retired_need(self, editor):
        path = await added(editor, "out_of_use")
        await editor.post(f"{path}/retire")
        definition = content("follow_up")
        definition["items"][3] |= {"need": "out_of_use"}
        made = await editor.post("/v1/questionnaires", json={"code": "retired_need", "definition": definition})
        publish = f"{made.headers['Location']}/publish"
        assert "is retired" in (await editor.post(publish)).json()["errors"][0]["detail"]
        await editor.post(f"{path}/activate")
        assert (await editor.post(publish)).status_code == 200

    async def test_what_is_asked_about_is_retired_and_not_deleted(self, survey, editor):
        path = await added(editor, "asked_about")
        definition = content("follow_up")
        definition["items"][3] |= {"need": "asked_about"}
        await Asking(survey).publish("asks_about", definition)
        refused = await editor.delete(path)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:gridloop:problem:need_in_use")
        assert (await editor.post(f"{path}/retire")).status_code == 200

    async def test_what_is_not_may_be_deleted(self, editor):
        path = await added(editor, "unasked")
        await editor.put(path, json=OTHER, headers={"If-Match": '"1"'})
        assert (await editor.delete(path)).status_code == 204
        assert (await editor.get(path)).status_code == 404
        assert (await editor.delete(path)).status_code == 404

    async def test_of_publishing_and_deleting_at_once_one_wins(self, editor):
        for number in range(6):
            path = await added(editor, f"contested_{number}")
            definition = content("follow_up")
            definition["items"][3] |= {"need": f"contested_{number}"}
            body = {"code": f"contesting_{number}", "definition": definition}
            publish = (await editor.post("/v1/questionnaires", json=body)).headers["Location"] + "/publish"
            published, deleted = await asyncio.gather(editor.post(publish), editor.delete(path))
            assert (published.status_code, deleted.status_code) in {(200, 409), (409, 204)}
            assert (await editor.get(path)).status_code == (200 if published.status_code == 200 else 404)
