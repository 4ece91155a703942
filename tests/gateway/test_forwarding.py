"""Requests on their way to the services and back, over real sockets, with upstreams that misbehave."""

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from kit.auth import Role
from tests.gateway.serving import Starting, serving
from tests.support.services import Service

MEGABYTE = 1024**2
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "survey", "version": "1"},
    "paths": {
        "/v1/responses/{id}": {"put": {"operationId": "put_response", "security": [], "responses": {}}},
        "/v1/needs": {"get": {"operationId": "list_needs", "security": [{"b": []}], "responses": {}}},
    },
}


async def document(_: Request) -> Response:
    return JSONResponse(DOCUMENT)


async def echo(request: Request) -> Response:
    body = await request.body()
    return JSONResponse(
        {
            "method": request.method,
            "target": request.scope["raw_path"].decode() + "?" + request.url.query,
            "headers": [[name.decode(), value.decode()] for name, value in request.headers.raw],
            "length": len(body),
            "digest": hashlib.sha256(body).hexdigest(),
        },
        headers={"x-from": "survey"},
    )


async def refuse(_: Request) -> Response:
    problem = b'{"type":"urn:gridloop:problem:wrong_move","status":409,"state":"closed"}'
    return Response(problem, 409, {"etag": '"7"'}, media_type="application/problem+json")


async def large(_: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for n in range(10):
            yield bytes([n]) * MEGABYTE

    return StreamingResponse(pieces())


async def zipped(_: Request) -> Response:
    return Response(gzip.compress(b"x" * 1000), headers={"content-encoding": "gzip"})


async def slow(_: Request) -> Response:
    await asyncio.sleep(30)
    return Response()


async def broken(request: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"x" * MEGABYTE
        raise ConnectionResetError

    return StreamingResponse(pieces(), headers={"content-length": str(2 * MEGABYTE)})


async def cookie(request: Request) -> Response:
    answer = JSONResponse({"sent": request.headers.get("cookie")})
    answer.set_cookie("session", "of the first client")
    return answer


def upstream() -> Starlette:
    anything = ["GET", "POST", "PUT", "DELETE"]
    return Starlette(
        routes=[
            Route("/openapi.json", document),
            Route("/v1/needs/large", large),
            Route("/v1/needs/zipped", zipped),
            Route("/v1/needs/slow", slow, methods=anything),
            Route("/v1/needs/broken", broken),
            Route("/v1/needs/refused", refuse, methods=anything),
            Route("/v1/needs/cookie", cookie),
            Route("/{path:path}", echo, methods=anything),
        ]
    )


@asynccontextmanager
async def over_sockets(gateway: Service, *roles: Role) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway on a port of its own, so that bodies really stream."""
    headers = gateway.client(*roles).headers
    async with serving(gateway.app) as url, httpx.AsyncClient(base_url=url, headers=headers, timeout=20) as client:
        yield client


@pytest.fixture(scope="module")
async def gateway(starting: Starting) -> AsyncIterator[Service]:
    async with starting(survey=upstream()) as service:
        yield service


@pytest.fixture(scope="module")
async def client(gateway: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with over_sockets(gateway, Role.AGENT) as connected:
        yield connected


class TestPassingOn:
    async def test_passes_a_request_unchanged(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/v1/needs/%E4%B8%AD%2F1?name=a%2Bb&name=c+d",
            content=b"body",
            headers={"idempotency-key": "k1", "if-match": '"3"', "content-type": "text/plain"},
        )

        got = answer.json()
        headers = dict(got["headers"])
        assert got["target"] == "/v1/needs/%E4%B8%AD%2F1?name=a%2Bb&name=c+d"
        assert (got["method"], got["length"]) == ("POST", 4)
        assert (headers["idempotency-key"], headers["if-match"]) == ("k1", '"3"')
        assert headers["content-type"] == "text/plain"
        assert headers["authorization"].startswith("Bearer ")
        assert headers["x-forwarded-for"] == "127.0.0.1"
        assert headers["traceparent"].startswith("00-")
        assert answer.headers["x-from"] == "survey"

    async def test_says_nothing_the_client_did_not_say(self, client: httpx.AsyncClient) -> None:
        bare = httpx.Request("GET", client.base_url.join("/v1/needs/x"), headers=None)
        bare.headers["authorization"] = client.headers["authorization"]
        got = (await client.send(bare)).json()

        names = {name for name, _ in got["headers"]}
        assert names.isdisjoint({"accept-encoding", "user-agent", "content-type", "transfer-encoding"})

    async def test_keeps_the_clients_trace(self, client: httpx.AsyncClient) -> None:
        trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        got = (await client.get("/v1/needs", headers={"traceparent": trace})).json()

        assert [value for name, value in got["headers"] if name == "traceparent"] == [trace]

    async def test_passes_a_problem_back_untouched(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/needs/refused")

        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["etag"] == '"7"'
        assert answer.text == '{"type":"urn:gridloop:problem:wrong_move","status":409,"state":"closed"}'

    async def test_leaves_encoded_bodies_encoded(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/needs/zipped")

        assert answer.content == b"x" * 1000

    async def test_carries_no_cookie_from_one_client_to_another(self, client: httpx.AsyncClient) -> None:
        await client.get("/v1/needs/cookie")
        client.cookies.clear()
        answer = await client.get("/v1/needs/cookie")

        assert answer.json() == {"sent": None}


class TestLargeBodies:
    async def test_streams_ten_megabytes_up(self, client: httpx.AsyncClient) -> None:
        body = bytes(range(256)) * (10 * MEGABYTE // 256)
        got = (await client.put("/v1/needs/x", content=body)).json()

        assert (got["length"], got["digest"]) == (len(body), hashlib.sha256(body).hexdigest())
        assert dict(got["headers"])["content-length"] == str(len(body))

    async def test_streams_chunks_up(self, client: httpx.AsyncClient) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for n in range(100):
                yield bytes([n]) * 1000

        got = (await client.put("/v1/needs/x", content=pieces())).json()

        assert got["length"] == 100_000

    async def test_streams_down(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/needs/large")

        assert answer.content == b"".join(bytes([n]) * MEGABYTE for n in range(10))

    @pytest.mark.parametrize("declared", [True, False])
    async def test_takes_no_more_than_its_limit(self, starting: Starting, *, declared: bool) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(40):
                yield b"x" * 100_000

        content: Any = b"x" * 4_000_000 if declared else pieces()
        async with (
            starting(survey=upstream(), forward_limit=2_000_000) as gateway,
            over_sockets(gateway, Role.AGENT) as client,
        ):
            answer = await client.put("/v1/needs/x", content=content)

        assert answer.status_code == 413
        assert answer.json()["type"] == "urn:gridloop:problem:too_large"


class TestFaults:
    async def test_names_the_resource_that_is_away_and_nothing_inside(self, starting: Starting) -> None:
        async with starting(survey="http://127.0.0.1:9", responsibility=upstream()) as gateway:
            client = gateway.client(Role.AGENT)
            away = await client.get("/v1/needs")
            there = await client.get("/v1/orders")

        assert away.status_code == 503
        assert away.headers["retry-after"] == "2"
        assert away.json()["resource"] == "needs"
        assert "survey" not in away.text
        assert "127.0.0.1" not in away.text
        assert there.status_code == 200

    async def test_gives_up_on_a_silent_service(self, starting: Starting) -> None:
        async with starting(survey=upstream(), forward_seconds=0.3) as gateway:
            answer = await gateway.client(Role.AGENT).post("/v1/needs/slow")

        assert answer.status_code == 504
        assert "Idempotency-Key" in answer.json()["detail"]

    async def test_cuts_off_an_answer_that_broke_off(self, client: httpx.AsyncClient) -> None:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/v1/needs/broken")

    @pytest.mark.parametrize(("method", "status"), [("POST", 502), ("PUT", 503)])
    async def test_tells_what_may_have_been_done(self, starting: Starting, method: str, status: int) -> None:
        async with hanging_up() as url, starting(survey=url) as gateway:
            answer = await gateway.client(Role.AGENT).request(method, "/v1/needs")

        assert answer.status_code == status

    @pytest.mark.parametrize("path", ["/v1/unicorns", "/v1/needs/%2e%2e/events", "/v2/needs", "/v1/needs//x"])
    async def test_knows_nothing_else(self, client: httpx.AsyncClient, path: str) -> None:
        assert (await client.get(path)).status_code == 404


class TestAdmission:
    async def test_asks_for_a_token_before_the_service_is_asked(self, gateway: Service) -> None:
        none = await gateway.client().get("/v1/needs")
        forged = await gateway.client().get("/v1/needs", headers={"Authorization": "Bearer x.y.z"})

        assert (none.status_code, forged.status_code) == (401, 401)
        assert "x-from" not in {*none.headers, *forged.headers}

    async def test_lets_everybody_to_what_is_declared_open(self, gateway: Service) -> None:
        answer = await gateway.client().put("/v1/responses/7", json={"invitation": "..."})

        assert answer.json()["method"] == "PUT"

    async def test_lets_no_service_in_by_the_front_door(self, gateway: Service) -> None:
        own = gateway.runtime.signer.service("survey")
        answer = await gateway.client().get("/v1/needs", headers={"Authorization": f"Bearer {own}"})

        assert answer.status_code == 401


@asynccontextmanager
async def hanging_up() -> AsyncIterator[str]:
    """A server that reads a request and closes the connection."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()
