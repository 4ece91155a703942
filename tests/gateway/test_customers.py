"""Customers pushed by the customer-service system: each owner gets its part, and none is lost."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kit.auth import Role
from tests.gateway.serving import Starting
from tests.support.services import Service


class Owner:
    """A survey or an incident service that can be away, or refuse."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.tokens: list[str] = []
        self.status = 200

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/contacts/{account}", self.put, methods=["PUT"]),
                Route("/v1/contacts", self.put_many, methods=["POST"]),
                Route("/v1/network/supply-points/{account}", self.put, methods=["PUT"]),
                Route("/v1/network/supply-points", self.put_many, methods=["POST"]),
            ]
        )

    async def put(self, request: Request) -> Response:
        self.tokens.append(request.headers["authorization"])
        if self.status == 200:
            self._keep(request.path_params["account"], await request.json())
        return self._answer()

    async def put_many(self, request: Request) -> Response:
        if self.status == 200:
            for item in (await request.json())["items"]:
                self._keep(item.pop("account"), item)
        return self._answer()

    def _keep(self, account: str, part: dict[str, Any]) -> None:
        if part["source_version"] > self.kept.get(account, {"source_version": -1})["source_version"]:
            self.kept[account] = part

    def _answer(self) -> Response:
        problem = {
            "type": "urn:gridloop:problem:invalid",
            "detail": "The current network has no load 'x'.",
            "errors": [{"pointer": "/load", "detail": "no such load"}],
        }
        return JSONResponse({} if self.status == 200 else problem, self.status)


class Suite:
    def __init__(self, gateway: Service, survey: Owner, incident: Owner) -> None:
        self.gateway = gateway
        self.survey = survey
        self.incident = incident
        self.client = gateway.client(Role.INTEGRATOR, unit="/city/")

    async def put(self, account: str, **given: Any) -> httpx.Response:
        return await self.client.put(f"/v1/customers/{account}", json=customer(**given))

    async def offer_again(self) -> None:
        await self.gateway.sql("UPDATE pending_part SET retry_at = now()")
        await self.gateway.app.state.waiting_parts.offer_due()

    async def pending(self) -> list[dict[str, Any]]:
        answer = await self.client.get("/v1/customers/pending")
        return list(answer.json()["items"])


@pytest.fixture(scope="module")
async def module_suite(starting: Starting) -> AsyncIterator[Suite]:
    survey, incident = Owner(), Owner()
    async with starting(survey=survey.app(), incident=incident.app()) as gateway:
        yield Suite(gateway, survey, incident)


@pytest.fixture
async def suite(module_suite: Suite) -> Suite:
    await module_suite.gateway.sql("DELETE FROM pending_part")
    for owner in (module_suite.survey, module_suite.incident):
        owner.kept.clear()
        owner.tokens.clear()
        owner.status = 200
    return module_suite


def customer(**given: Any) -> dict[str, Any]:
    return {
        "source_version": 1,
        "unit": "/city/east/",
        "name": "王芳",
        "phone": "13800000001",
        "consent": True,
        "load": "load-12",
    } | given


class TestPut:
    async def test_gives_each_owner_its_part(self, suite: Suite) -> None:
        answer = await suite.put("3100000001")

        assert answer.status_code == 200
        assert answer.json() == {"account": "3100000001", "source_version": 1, "pending": []}
        assert suite.survey.kept["3100000001"] == {
            "source_version": 1,
            "unit": "/city/east/",
            "name": "王芳",
            "phone": "+8613800000001",
            "email": None,
            "preferred_channel": None,
            "language": "zh-CN",
            "opt_out": False,
            "segment": None,
            "consent": True,
        }
        assert suite.incident.kept["3100000001"]["load"] == "load-12"
        assert "name" not in suite.incident.kept["3100000001"]

    async def test_keeps_the_half_of_an_owner_that_is_away(self, suite: Suite) -> None:
        suite.incident.status = 503

        answer = await suite.put("3100000001")

        assert answer.status_code == 202
        assert answer.json()["pending"] == ["incident"]
        assert suite.survey.kept.keys() == {"3100000001"}
        (row,) = await suite.gateway.sql("SELECT * FROM pending_part")
        assert b"13800000001" not in row["part"]

    async def test_offers_it_again_until_it_is_taken(self, suite: Suite) -> None:
        suite.incident.status = 503
        await suite.put("3100000001")

        await suite.offer_again()
        (waiting,) = await suite.pending()
        suite.incident.status = 200
        await suite.offer_again()

        assert (waiting["attempts"], waiting["fault"]) == (1, "503 invalid")
        assert suite.incident.kept["3100000001"]["phone"] == "+8613800000001"
        assert await suite.pending() == []

    async def test_offers_it_with_the_senders_rights(self, suite: Suite) -> None:
        suite.incident.status = 503
        await suite.put("3100000001")
        suite.incident.status = 200
        await suite.offer_again()

        actor = suite.gateway.runtime.verifier.actor(suite.incident.tokens[-1].removeprefix("Bearer "))

        assert (actor.roles, actor.unit) == (frozenset({Role.INTEGRATOR}), "/city/")

    async def test_a_newer_version_replaces_what_waits(self, suite: Suite) -> None:
        suite.incident.status = 503
        for version in (2, 3, 1):
            await suite.put("3100000001", source_version=version)

        (waiting,) = await suite.pending()

        assert waiting["source_version"] == 3

    async def test_what_waits_is_dropped_when_a_newer_version_was_taken(self, suite: Suite) -> None:
        suite.survey.status = 503
        await suite.put("3100000001", source_version=1)
        suite.survey.status = 200

        answer = await suite.put("3100000001", source_version=2)

        assert answer.json()["pending"] == []
        assert await suite.pending() == []

    async def test_an_older_version_taken_leaves_a_newer_one_waiting(self, suite: Suite) -> None:
        suite.survey.status = 503
        await suite.put("3100000001", source_version=2)
        suite.survey.status = 200

        await suite.put("3100000001", source_version=1)

        assert [part["source_version"] for part in await suite.pending()] == [2]

    async def test_passes_an_owners_refusal_on_and_stores_nothing(self, suite: Suite) -> None:
        suite.incident.status = 422

        answer = await suite.put("3100000001")

        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["errors"] == [{"pointer": "/load", "detail": "no such load"}]
        assert suite.survey.kept == {}
        assert await suite.pending() == []

    @pytest.mark.parametrize(
        ("given", "pointer"),
        [
            ({"phone": "12"}, "/phone"),
            ({"unit": "city"}, "/unit"),
            ({"source_version": -1}, "/source_version"),
            ({"nickname": "x"}, "/nickname"),
        ],
    )
    async def test_says_what_is_wrong(self, suite: Suite, given: dict[str, Any], pointer: str) -> None:
        answer = await suite.put("3100000001", **given)

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer

    async def test_refuses_units_outside_the_senders(self, suite: Suite) -> None:
        answer = await suite.put("3100000001", unit="/town/")

        assert answer.status_code == 403


class TestImport:
    async def test_takes_many(self, suite: Suite) -> None:
        items = [customer(account=f"31{n:08d}") for n in range(100)]

        answer = await suite.client.post("/v1/customers/import", json={"items": items})

        assert answer.status_code == 200
        assert len(suite.survey.kept) == len(suite.incident.kept) == 100
        assert answer.json()["items"][7] == {"account": "3100000007", "source_version": 1, "pending": []}

    async def test_keeps_the_halves_of_an_owner_that_is_away(self, suite: Suite) -> None:
        suite.incident.status = 503
        items = [customer(account=f"31{n:08d}") for n in range(30)]

        answer = await suite.client.post("/v1/customers/import", json={"items": items})
        suite.incident.status = 200
        for _ in range(2):
            await suite.offer_again()

        assert all(item["pending"] == ["incident"] for item in answer.json()["items"])
        assert len(suite.incident.kept) == 30

    async def test_refuses_an_account_twice(self, suite: Suite) -> None:
        items = [customer(account="3100000001"), customer(account="3100000001")]

        answer = await suite.client.post("/v1/customers/import", json={"items": items})

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/items/0/account", "/items/1/account"]

    async def test_takes_a_thousand_at_most(self, suite: Suite) -> None:
        items = [customer(account=f"31{n:08d}") for n in range(1001)]

        answer = await suite.client.post("/v1/customers/import", json={"items": items})

        assert answer.status_code == 422
