"""Signing in and out, as people and systems meet it."""

import base64
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from kit.auth import Role
from kit.contracts.gateway import AccessRevoked
from kit.revocations import RevocationLoop
from tests.gateway.serving import Starting
from tests.support.services import Service

PASSWORD = "correct horse battery"


async def account(gateway: Service, **given: Any) -> dict[str, Any]:
    body = {
        "username": f"u{uuid4().hex[:12]}",
        "name": "李梅",
        "roles": ["agent"],
        "unit": "/city/east/hall-1/",
        "employee": "E00017",
        "password": PASSWORD,
        "must_change_password": False,
    } | given
    answer = await gateway.client(Role.ADMIN).post("/v1/accounts", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def sign_in(gateway: Service, username: str, password: str = PASSWORD) -> httpx.Response:
    return await gateway.client().post("/v1/auth/sign-in", json={"username": username, "password": password})


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def problem(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("urn:gridloop:problem:")


class TestSignIn:
    async def test_gives_a_token_with_who_and_what(self, gateway: Service) -> None:
        made = await account(gateway)

        answer = await sign_in(gateway, made["username"])

        assert answer.status_code == 200
        keys = KeySet.import_key_set((await gateway.client().get("/v1/auth/keys")).json())
        claims = jwt.decode(answer.json()["access_token"], keys, algorithms=["Ed25519"]).claims
        assert claims["iss"] == "gateway"
        assert claims["sub"] == made["id"]
        assert claims["roles"] == ["agent"]
        assert (claims["unit"], claims["emp"]) == ("/city/east/hall-1/", "E00017")
        assert claims["exp"] - claims["iat"] == answer.json()["expires_in"] == 300

    async def test_tells_who_one_is(self, gateway: Service) -> None:
        made = await account(gateway)
        answer = await sign_in(gateway, made["username"].upper())

        me = await gateway.client().get("/v1/auth/me", headers=bearer(answer))

        assert me.json()["name"] == "李梅"
        assert me.json()["employee"] == "E00017"

    async def test_answers_the_same_to_every_wrong_pair(self, gateway: Service) -> None:
        made = await account(gateway)
        closed = await account(gateway)
        await gateway.client(Role.ADMIN).patch(
            f"/v1/accounts/{closed['id']}", json={"disabled": True}, headers={"If-Match": '"1"'}
        )

        answers = [
            await sign_in(gateway, made["username"], "wrong horse battery"),
            await sign_in(gateway, "nobody-of-this-name"),
            await sign_in(gateway, closed["username"]),
        ]

        assert [answer.status_code for answer in answers] == [401, 401, 401]
        assert len({answer.text for answer in answers}) == 1

    async def test_stops_guessing(self, gateway: Service) -> None:
        made = await account(gateway)
        for _ in range(5):
            await sign_in(gateway, made["username"], "wrong horse battery")

        answer = await sign_in(gateway, made["username"])

        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 60

    async def test_keeps_names_sealed(self, gateway: Service) -> None:
        made = await account(gateway)

        (row,) = await gateway.sql("SELECT * FROM account WHERE id = $1", made["id"])

        stored = b"|".join(value for value in row.values() if isinstance(value, bytes))
        assert made["username"].encode() not in stored
        assert "李梅".encode() not in stored
        assert row["password_hash"].startswith("$argon2id$")


class TestPassword:
    async def test_a_one_time_password_is_good_for_choosing_another(self, gateway: Service) -> None:
        made = await account(gateway, password=None)
        once = made["one_time_password"]

        refused = await sign_in(gateway, made["username"], once)
        changed = await gateway.client().post(
            "/v1/auth/password",
            json={"username": made["username"], "password": once, "new_password": PASSWORD},
        )

        assert (refused.status_code, problem(refused)) == (403, "password_change_required")
        assert changed.status_code == 200
        assert (await gateway.client().get("/v1/auth/me", headers=bearer(changed))).status_code == 200
        assert (await sign_in(gateway, made["username"], once)).status_code == 401
        assert (await sign_in(gateway, made["username"])).status_code == 200

    @pytest.mark.parametrize("new", ["short", PASSWORD])
    async def test_refuses_weak_and_old_ones(self, gateway: Service, new: str) -> None:
        made = await account(gateway)

        answer = await gateway.client().post(
            "/v1/auth/password",
            json={"username": made["username"], "password": PASSWORD, "new_password": new},
        )

        assert (answer.status_code, problem(answer)) == (422, "weak_password")
        assert answer.json()["errors"][0]["pointer"] == "/new_password"

    async def test_ends_the_sessions_of_the_old_one(self, gateway: Service) -> None:
        made = await account(gateway)
        before = await sign_in(gateway, made["username"])

        await gateway.client().post(
            "/v1/auth/password",
            json={"username": made["username"], "password": PASSWORD, "new_password": "another good phrase"},
        )

        again = await gateway.client().post("/v1/auth/refresh", json={"refresh_token": before.json()["refresh_token"]})
        assert (again.status_code, problem(again)) == (401, "session_over")


class TestRefresh:
    async def test_rotates(self, gateway: Service) -> None:
        made = await account(gateway)
        first = (await sign_in(gateway, made["username"])).json()["refresh_token"]

        second = await gateway.client().post("/v1/auth/refresh", json={"refresh_token": first})
        third = await gateway.client().post(
            "/v1/auth/token",
            data={"grant_type": "refresh_token", "refresh_token": second.json()["refresh_token"]},
        )

        assert (second.status_code, third.status_code) == (200, 200)
        assert len({first, second.json()["refresh_token"], third.json()["refresh_token"]}) == 3

    async def test_a_second_use_ends_the_session_and_says_so_to_all(self, gateway: Service) -> None:
        made = await account(gateway)
        signed_in = await sign_in(gateway, made["username"])
        first = signed_in.json()["refresh_token"]
        second = await gateway.client().post("/v1/auth/refresh", json={"refresh_token": first})

        stolen = await gateway.client().post("/v1/auth/refresh", json={"refresh_token": first})
        after = await gateway.client().post("/v1/auth/refresh", json={"refresh_token": second.json()["refresh_token"]})

        assert (stolen.status_code, after.status_code) == (401, 401)
        assert await revoked(gateway) == session_of(signed_in)

    async def test_gives_the_present_roles(self, gateway: Service) -> None:
        made = await account(gateway)
        signed_in = await sign_in(gateway, made["username"])
        await gateway.client(Role.ADMIN).patch(
            f"/v1/accounts/{made['id']}", json={"roles": ["manager"]}, headers={"If-Match": '"1"'}
        )

        again = await gateway.client().post(
            "/v1/auth/refresh", json={"refresh_token": signed_in.json()["refresh_token"]}
        )

        assert again.status_code == 401, "a change of access asks everybody to sign in again"
        assert (await sign_in(gateway, made["username"])).status_code == 200


class TestSignOut:
    async def test_ends_the_session_everywhere(self, gateway: Service) -> None:
        made = await account(gateway)
        signed_in = await sign_in(gateway, made["username"])

        answer = await gateway.client().post("/v1/auth/sign-out", headers=bearer(signed_in))

        assert answer.status_code == 204
        assert await revoked(gateway) == session_of(signed_in)
        await gateway.own_events()
        await RevocationLoop(gateway.runtime.database, gateway.runtime.verifier).load()
        assert (await gateway.client().get("/v1/auth/me", headers=bearer(signed_in))).status_code == 401


class TestToken:
    async def test_gives_a_client_its_token(self, gateway: Service) -> None:
        made = await client(gateway)

        form = await token(gateway, made["client_id"], made["client_secret"])
        pair = base64.b64encode(f"{made['client_id']}:{made['client_secret']}".encode()).decode()
        basic = await gateway.client().post(
            "/v1/auth/token",
            data={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {pair}"},
        )

        assert (form.status_code, basic.status_code) == (200, 200)
        assert form.json()["token_type"] == "Bearer"
        me = await gateway.client().get("/v1/auth/me", headers=bearer(form))
        assert me.json() == {
            "subject": made["id"],
            "roles": ["integrator"],
            "unit": "/city/",
            "employee": None,
            "session_id": made["id"],
            "name": None,
        }

    async def test_refuses_wrong_secrets_and_ended_clients_alike(self, gateway: Service) -> None:
        made, ended = await client(gateway), await client(gateway)
        await gateway.client(Role.ADMIN).delete(f"/v1/clients/{ended['id']}")

        answers = [
            await token(gateway, made["client_id"], "x" * 43),
            await token(gateway, "nobody", "x" * 43),
            await token(gateway, ended["client_id"], ended["client_secret"]),
        ]

        assert [answer.status_code for answer in answers] == [401, 401, 401]
        assert len({answer.text for answer in answers}) == 1
        assert answers[0].json()["error"] == "invalid_client"
        assert await revoked(gateway) == ended["id"]

    async def test_a_replaced_secret_is_void(self, gateway: Service) -> None:
        made = await client(gateway)

        answer = await gateway.client(Role.ADMIN).post(f"/v1/clients/{made['id']}/secret")

        assert (await token(gateway, made["client_id"], made["client_secret"])).status_code == 401
        assert (await token(gateway, made["client_id"], answer.json()["client_secret"])).status_code == 200

    @pytest.mark.parametrize(
        ("sent", "error"),
        [
            ({"data": {"grant_type": "password"}}, "unsupported_grant_type"),
            ({"data": {"grant_type": "client_credentials"}}, "invalid_request"),
            ({"json": {"grant_type": "client_credentials"}}, "invalid_request"),
            ({"data": {"grant_type": "x" * 5000}}, "invalid_request"),
        ],
    )
    async def test_says_what_a_request_lacks(self, gateway: Service, sent: dict[str, Any], error: str) -> None:
        answer = await gateway.client().post("/v1/auth/token", **sent)

        assert (answer.status_code, answer.json()["error"]) == (400, error)


class TestFirstAccounts:
    async def test_the_files_let_the_first_ones_in(self, starting: Starting) -> None:
        async with starting(
            first_admin={"username": "admin", "password": "one-time-only-7"},
            operator={"client_id": "operator", "client_secret": "s" * 43},
        ) as gateway:
            refused = await sign_in(gateway, "admin", "one-time-only-7")
            operator = await token(gateway, "operator", "s" * 43)
            me = await gateway.client().get("/v1/auth/me", headers=bearer(operator))

        assert problem(refused) == "password_change_required"
        assert (me.json()["roles"], me.json()["unit"]) == (["admin", "operator"], "/")


async def client(gateway: Service, **given: Any) -> dict[str, Any]:
    body = {"name": "Customer service", "roles": ["integrator"], "unit": "/city/"} | given
    answer = await gateway.client(Role.ADMIN).post("/v1/clients", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def token(gateway: Service, client_id: str, secret: str) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return await gateway.client().post("/v1/auth/token", data=form)


def session_of(answer: httpx.Response) -> str:
    payload = answer.json()["access_token"].split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(payload + "==="))["sid"])


async def revoked(gateway: Service) -> str:
    """The session or client whose tokens were announced void last."""
    return str((await gateway.events(AccessRevoked))[-1]["data"]["session_id"])
