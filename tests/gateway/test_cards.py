"""The card of one customer."""

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kit.auth import Role
from tests.gateway.serving import Starting


def answering(status: int, body: Any = None, *, after: float = 0) -> Starlette:
    async def answer(request: Request) -> Response:
        await asyncio.sleep(after)
        seen = {"asked": str(request.url.path), "query": dict(request.query_params)}
        return JSONResponse(body or seen, status)

    return Starlette(routes=[Route("/{path:path}", answer)])


class TestCard:
    async def test_asks_every_owner(self, starting: Starting) -> None:
        async with starting(survey=answering(200), incident=answering(200), responsibility=answering(200)) as gateway:
            card = (await gateway.client(Role.AGENT).get("/v1/customers/3100000001/card")).json()

        assert card["contact"] == {
            "state": "present",
            "data": {"asked": "/v1/contacts/3100000001", "query": {}},
        }
        assert card["open_incidents"]["data"]["query"] == {"account": "3100000001", "open": "true", "limit": "20"}
        assert card["orders"]["data"]["asked"] == "/v1/orders"
        assert card["pending"] == []

    async def test_names_what_is_missing_and_never_fails_whole(self, starting: Starting) -> None:
        async with starting(
            survey=answering(404), incident=answering(403), responsibility="http://127.0.0.1:9"
        ) as gateway:
            answer = await gateway.client(Role.AGENT).get("/v1/customers/3100000001/card")

        states = {name: part["state"] for name, part in answer.json().items() if isinstance(part, dict)}
        assert answer.status_code == 200
        assert states == {
            "contact": "absent",
            "supply_point": "forbidden",
            "open_incidents": "forbidden",
            "interruptions": "forbidden",
            "orders": "unavailable",
            "cases": "unavailable",
        }

    async def test_waits_for_nobody_long(self, starting: Starting) -> None:
        async with starting(
            survey=answering(200, after=10), incident=answering(500), responsibility=answering(200)
        ) as gateway:
            async with asyncio.timeout(5):
                card = (await gateway.client(Role.AGENT).get("/v1/customers/3100000001/card")).json()

        assert card["contact"]["state"] == "unavailable"
        assert card["supply_point"]["state"] == "unavailable"
        assert card["orders"]["state"] == "present"
