import asyncio

import pytest

from kit.auth import Role

PUSH = {"source_version": 3, "unit": "/city/east/", "name": "王芳", "phone": "138 0000 0001", "consent": True}


async def put(survey, account, body, *, unit="/"):
    async with survey.client(Role.INTEGRATOR, unit=unit) as client:
        return await client.put(f"/v1/contacts/{account}", json=body)


async def get(survey, account, *, unit="/"):
    async with survey.client(Role.AGENT, unit=unit) as client:
        return await client.get(f"/v1/contacts/{account}")


class TestPush:
    async def test_a_contact_is_kept_with_its_number_in_one_form(self, survey):
        answer = await put(survey, "3100000001", PUSH)
        assert answer.status_code == 200
        assert set(answer.json()) == {"account", "source_version", "updated_at"}
        known = (await get(survey, "3100000001")).json()
        assert (known["name"], known["phone"], known["language"]) == ("王芳", "+8613800000001", "zh-CN")
        assert (known["opt_out"], known["consent"], known["rest_until"]) == (False, True, None)

    async def test_the_same_and_an_older_version_change_nothing_and_succeed(self, survey):
        await put(survey, "3100000002", PUSH)
        for version in (3, 2):
            answer = await put(survey, "3100000002", PUSH | {"source_version": version, "name": "李强"})
            assert (answer.status_code, answer.json()["source_version"]) == (200, 3)
        assert (await get(survey, "3100000002")).json()["name"] == "王芳"

    async def test_a_newer_version_replaces_all_of_it(self, survey):
        await put(survey, "3100000003", PUSH)
        await put(survey, "3100000003", {"source_version": 4, "opt_out": True, "consent": False, "language": "en"})
        known = (await get(survey, "3100000003")).json()
        assert (known["name"], known["phone"], known["unit"]) == (None, None, "/")
        assert (known["opt_out"], known["consent"], known["language"]) == (True, False, "en")

    async def test_personal_data_is_nowhere_in_the_clear(self, survey):
        await put(survey, "3100000004", PUSH)
        (row,) = await survey.sql("SELECT * FROM contact WHERE account = '3100000004'")
        stored = b"".join(value for value in row.values() if isinstance(value, bytes))
        assert "王芳".encode() not in stored
        assert b"13800000001" not in stored


class TestEmail:
    async def test_it_is_kept_sealed_beside_the_wish_how_to_be_asked(self, survey):
        more = {"email": "Wang.Fang@Power.Example", "preferred_channel": "email"}
        await put(survey, "3100000201", PUSH | more)
        known = (await get(survey, "3100000201")).json()
        assert (known["email"], known["preferred_channel"]) == ("Wang.Fang@power.example", "email")
        (row,) = await survey.sql("SELECT * FROM contact WHERE account = '3100000201'")
        stored = b"".join(value for value in row.values() if isinstance(value, bytes))
        assert b"power.example" not in stored
        assert row["email_hash"] == survey.runtime.context.keyring.hash("Wang.Fang@power.example")

    @pytest.mark.parametrize("wrong", [{"email": "nobody"}, {"preferred_channel": "pigeon"}])
    async def test_wrong_ones_have_their_pointer(self, survey, wrong):
        answer = await put(survey, "3100000202", PUSH | wrong)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{next(iter(wrong))}")


class TestRefusals:
    async def test_each_fault_has_its_pointer(self, survey):
        bad = {"source_version": -1, "unit": "east", "phone": "12", "name": "x" * 201, "colour": "red"}
        answer = await put(survey, "3100000005", bad)
        assert answer.status_code == 422
        assert {error["pointer"] for error in answer.json()["errors"]} == {
            "/source_version",
            "/unit",
            "/phone",
            "/name",
            "/colour",
            "/consent",
        }

    async def test_an_account_is_a_string_of_digits(self, survey):
        assert (await put(survey, "31x", PUSH)).status_code == 422

    async def test_a_contact_outside_ones_unit_is_not_ones_to_write_or_to_see(self, survey):
        assert (await put(survey, "3100000006", PUSH, unit="/city/west/")).status_code == 403
        await put(survey, "3100000006", PUSH)
        assert (await get(survey, "3100000006", unit="/city/west/")).status_code == 404


class TestLookup:
    async def test_accounts_are_found_by_a_number_in_any_form(self, survey):
        for account in ("3100000008", "3100000007"):
            await put(survey, account, PUSH | {"phone": "+86 139 1111 2222"})
        async with survey.client(Role.AGENT) as agent:
            answer = await agent.post("/v1/contacts/lookup", json={"phone": "13911112222"})
        assert answer.json() == {"accounts": ["3100000007", "3100000008"]}


class TestMany:
    async def many(self, survey, items):
        async with survey.client(Role.INTEGRATOR) as client:
            return await client.post("/v1/contacts", json={"items": items})

    async def test_each_is_kept_as_by_a_single_push(self, survey):
        await put(survey, "3100000101", PUSH | {"source_version": 9})
        items = [PUSH | {"account": f"31000001{n:02d}", "name": f"n{n}"} for n in range(1, 6)]
        answer = await self.many(survey, list(reversed(items)))
        assert [item["source_version"] for item in answer.json()["items"]] == [3, 3, 3, 3, 9]
        assert (await get(survey, "3100000101")).json()["name"] == "王芳"
        assert (await get(survey, "3100000105")).json()["name"] == "n5"

    async def test_a_fault_in_any_is_a_fault_of_all(self, survey):
        items = [PUSH | {"account": "3100000111"}, PUSH | {"account": "3100000112", "phone": "12"}]
        answer = await self.many(survey, items)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/items/1/phone")
        assert (await get(survey, "3100000111")).status_code == 404

    async def test_an_account_stands_in_the_list_once(self, survey):
        answer = await self.many(survey, [PUSH | {"account": "3100000113"}] * 2)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/items")

    async def test_pushes_at_once_end_at_the_newest_whatever_the_order(self, survey):
        async def push(version):
            items = [
                PUSH | {"account": account, "source_version": version, "name": f"v{version}"}
                for account in ("3100000121", "3100000122")
            ]
            return await self.many(survey, items if version % 2 else list(reversed(items)))

        answers = await asyncio.gather(*map(push, range(1, 11)))
        assert {answer.status_code for answer in answers} == {200}
        for account in ("3100000121", "3100000122"):
            known = (await get(survey, account)).json()
            assert (known["source_version"], known["name"]) == (10, "v10")
