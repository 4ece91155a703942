"""Accounts in the hands of administrators."""

from typing import Any

import pytest

from kit.auth import Role
from tests.gateway.test_access import account, sign_in
from tests.support.services import Service


async def change(gateway: Service, made: dict[str, Any], body: dict[str, Any], **client: Any) -> Any:
    headers = {"If-Match": f'"{made["version"]}"'}
    admin = gateway.client(Role.ADMIN, **client)
    return await admin.patch(f"/v1/accounts/{made['id']}", json=body, headers=headers)


class TestMaking:
    async def test_shows_a_made_password_once(self, gateway: Service) -> None:
        made = await account(gateway, password=None)

        again = await gateway.client(Role.ADMIN).get(f"/v1/accounts/{made['id']}")

        assert len(made["one_time_password"]) >= 40
        assert made["must_change_password"] is True
        assert "one_time_password" not in again.json()
        assert "password_hash" not in again.json()

    async def test_refuses_a_name_that_is_taken(self, gateway: Service) -> None:
        made = await account(gateway)
        body = {"username": made["username"].upper(), "name": "x", "roles": ["agent"], "unit": "/"}

        answer = await gateway.client(Role.ADMIN).post("/v1/accounts", json=body)

        assert answer.status_code == 409

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ({"roles": ["service"]}, 422),
            ({"roles": []}, 422),
            ({"roles": ["king"]}, 422),
            ({"unit": "/city/west/"}, 403),
            ({"unit": "/"}, 403),
            ({"unit": "city"}, 422),
            ({"password": "password1234"}, 422),
        ],
    )
    async def test_gives_no_more_than_may_be_given(self, gateway: Service, given: dict[str, Any], status: int) -> None:
        body = {"username": "li.mei", "name": "x", "roles": ["agent"], "unit": "/city/east/"} | given

        answer = await gateway.client(Role.ADMIN, unit="/city/east/").post("/v1/accounts", json=body)

        assert answer.status_code == status


class TestChanging:
    async def test_changes_what_is_given(self, gateway: Service) -> None:
        made = await account(gateway)

        answer = await change(gateway, made, {"roles": ["manager"], "name": "李美", "employee": None})

        assert answer.status_code == 200
        assert answer.headers["etag"] == '"2"'
        changed = answer.json()
        assert (changed["roles"], changed["name"], changed["employee"]) == (["manager"], "李美", None)
        assert changed["unit"] == made["unit"]

    async def test_refuses_a_stale_change(self, gateway: Service) -> None:
        made = await account(gateway)
        await change(gateway, made, {"employee": "E1"})

        answer = await change(gateway, made, {"employee": "E2"})

        assert answer.status_code == 412

    async def test_nobody_closes_their_own(self, gateway: Service) -> None:
        made = await account(gateway, roles=["admin"])

        answer = await change(gateway, made, {"disabled": True}, subject=made["id"])

        assert answer.status_code == 403

    async def test_other_units_are_not_there(self, gateway: Service) -> None:
        made = await account(gateway)

        answer = await change(gateway, made, {"disabled": True}, unit="/city/west/")

        assert answer.status_code == 404

    async def test_a_new_one_time_password_replaces_the_old(self, gateway: Service) -> None:
        made = await account(gateway)

        answer = await gateway.client(Role.ADMIN).post(f"/v1/accounts/{made['id']}/password")

        assert (await sign_in(gateway, made["username"])).status_code == 401
        refused = await sign_in(gateway, made["username"], answer.json()["one_time_password"])
        assert refused.status_code == 403


class TestListing:
    async def test_shows_ones_own_unit_page_by_page(self, gateway: Service) -> None:
        made = [await account(gateway, unit="/listed/a/", password=None) for _ in range(3)]
        client = gateway.client(Role.ADMIN, unit="/listed/")

        first = (await client.get("/v1/accounts?limit=2")).json()
        second = (await client.get("/v1/accounts", params={"limit": 2, "after": first["next"]})).json()

        assert [row["id"] for row in first["items"] + second["items"]] == [row["id"] for row in made]
        assert second["next"] is None

    async def test_is_for_administrators(self, gateway: Service) -> None:
        assert (await gateway.client(Role.LEADER).get("/v1/accounts")).status_code == 403
        assert (await gateway.client(Role.LEADER).get("/v1/clients")).status_code == 403
