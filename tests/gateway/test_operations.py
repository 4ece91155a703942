"""What operators see of the services through the gateway."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kit.auth import Role
from tests.gateway.serving import Starting
from tests.support.services import Service


async def ready(_: Request) -> Response:
    return JSONResponse({"ready": False, "missing": ["database"], "degraded": ["broker"]}, 503)


async def echo(request: Request) -> Response:
    seen = {
        "asked": f"{request.method} {request.url.path}",
        "query": dict(request.query_params),
        "authorization": request.headers["authorization"],
    }
    return JSONResponse(seen)


def survey() -> Starlette:
    return Starlette(
        routes=[
            Route("/health/ready", ready),
            Route("/{path:path}", echo, methods=["GET", "POST", "DELETE"]),
        ]
    )


@pytest.fixture(scope="module")
async def gateway(starting: Starting) -> AsyncIterator[Service]:
    async with starting(survey=survey(), incident="http://127.0.0.1:9") as service:
        yield service


class TestStatus:
    async def test_says_how_every_service_is(self, gateway: Service) -> None:
        answer = await gateway.client(Role.OPERATOR).get("/v1/operations/status")

        assert answer.json() == {
            "ready": False,
            "services": {
                "survey": {"reachable": True, "ready": False, "missing": ["database"], "degraded": ["broker"]},
                "incident": {"reachable": False, "ready": False, "missing": [], "degraded": []},
                "gateway": {"reachable": True, "ready": True, "missing": [], "degraded": ["broker"]},
            },
        }

    async def test_is_not_for_everybody(self, gateway: Service) -> None:
        assert (await gateway.client(Role.AGENT).get("/v1/operations/status")).status_code == 403


class TestEvents:
    @pytest.mark.parametrize(
        ("method", "path", "asked"),
        [
            ("GET", "/head", "GET /v1/events/head"),
            ("GET", "?stream=survey&after=7", "GET /v1/events"),
            ("GET", "/dead?limit=10", "GET /v1/events/dead"),
            ("POST", "/dead/3/replay", "POST /v1/events/dead/3/replay"),
            ("DELETE", "/dead/3", "DELETE /v1/events/dead/3"),
        ],
    )
    async def test_asks_the_service_as_the_caller(self, gateway: Service, method: str, path: str, asked: str) -> None:
        client = gateway.client(Role.OPERATOR)

        answer = await client.request(method, f"/v1/operations/events/survey{path}")

        assert answer.json()["asked"] == asked
        assert answer.json()["authorization"] == client.headers["authorization"]

    async def test_shows_the_gateways_own_log(self, gateway: Service) -> None:
        answer = await gateway.client(Role.OPERATOR).get("/v1/operations/events/gateway/head")

        assert answer.status_code == 200
        assert "epoch" in answer.json()

    async def test_says_who_is_away(self, gateway: Service) -> None:
        answer = await gateway.client(Role.OPERATOR).get("/v1/operations/events/incident/head")

        assert answer.status_code == 503

    async def test_knows_the_four_services_only(self, gateway: Service) -> None:
        answer = await gateway.client(Role.OPERATOR).get("/v1/operations/events/unicorn/head")

        assert answer.status_code == 422


class TestDemoClock:
    async def test_exists_in_demonstrations_only(self, gateway: Service) -> None:
        assert (await gateway.client(Role.OPERATOR).get("/v1/demo/clock")).status_code == 404
