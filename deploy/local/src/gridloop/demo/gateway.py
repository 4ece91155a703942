"""Everybody in the story is a client of the gateway: a person with an account, or a system with a key."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any, Self, TypeVar

import httpx

from gridloop.demo.faults import DemoError, UnexpectedAnswerError

AT_ONCE = 8
RENEW_BEFORE = 60.0
TRIES = 6
FAILED = 400
AWAY = frozenset({429, 502, 503, 504})
PAGE = 200

Item = TypeVar("Item")
Result = TypeVar("Result")
Body = dict[str, Any]


class Gateway:
    """The address that everything goes through."""

    def __init__(self, url: str, *, patience: float = 120.0) -> None:
        self.url = url.rstrip("/")
        limits = httpx.Limits(max_connections=2 * AT_ONCE, max_keepalive_connections=2 * AT_ONCE)
        self._http = httpx.AsyncClient(base_url=self.url, timeout=patience, limits=limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    def person(self, username: str, password: str) -> "Caller":
        return Caller(self, lambda: self.ask("POST", "/v1/auth/sign-in", json=_named(username, password)))

    def system(self, client_id: str, client_secret: str) -> "Caller":
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        return Caller(self, lambda: self.ask("POST", "/v1/auth/token", data=form))

    def phone(self) -> "Caller":
        """Nobody's account: a phone proves itself by the invitation in the body."""
        return Caller(self, None)

    async def ask(self, method: str, path: str, **what: Any) -> Any:
        """The JSON answer. A service that is away for a moment is asked again, as it says.

        Raises ``UnexpectedAnswerError`` with the problem's own words, ``DemoError`` where nobody answers.
        """
        for attempt in range(1, TRIES + 1):
            answer = await self._send(method, path, **what)
            if answer.status_code not in AWAY or attempt == TRIES:
                break
            await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))
        if answer.status_code >= FAILED:
            raise UnexpectedAnswerError(f"{method} {path}", answer.status_code, _words(answer))
        return answer.json() if answer.content else {}

    async def _send(self, method: str, path: str, **what: Any) -> httpx.Response:
        try:
            return await self._http.request(method, path, **what)
        except httpx.HTTPError as error:
            raise DemoError(f"{self.url}{path} does not answer: {type(error).__name__} {error}.") from error


class Caller:
    """One signed-in person or system; signs in when it first speaks, and again before its token ends."""

    def __init__(self, gateway: Gateway, sign_in: Callable[[], Awaitable[Body]] | None) -> None:
        self.gateway = gateway
        self._sign_in = sign_in
        self._token = ""
        self._until = 0.0
        self._signing_in = asyncio.Lock()

    async def get(self, path: str, **params: Any) -> Any:
        return await self._ask("GET", path, params=params)

    async def post(self, path: str, body: Body | None = None) -> Any:
        return await self._ask("POST", path, json=body or {})

    async def put(self, path: str, body: Body) -> Any:
        return await self._ask("PUT", path, json=body)

    async def delete(self, path: str) -> Any:
        return await self._ask("DELETE", path)

    async def send_file(self, path: str, content: str, kind: str, **params: Any) -> Any:
        """Posts a document as it is, ``kind`` its media type."""
        headers = {"Content-Type": kind} | await self._headers()
        return await self.gateway.ask("POST", path, content=content.encode(), headers=headers, params=params)

    async def all(self, path: str, **params: Any) -> list[Body]:
        """Every item of a list, page after page."""
        return [item async for item in self._items(path, {"limit": PAGE} | params)]

    async def _items(self, path: str, params: dict[str, Any]) -> AsyncIterator[Body]:
        after: str | None = None
        while True:
            page = await self.get(path, **params, **({"after": after} if after else {}))
            for item in page["items"]:
                yield item
            after = page["next"]
            if after is None:
                return

    async def _ask(self, method: str, path: str, **what: Any) -> Any:
        return await self.gateway.ask(method, path, headers=await self._headers(), **what)

    async def _headers(self) -> dict[str, str]:
        if self._sign_in is None:
            return {}
        async with self._signing_in:
            if time.monotonic() > self._until:
                given = await self._sign_in()
                self._token = given["access_token"]
                self._until = time.monotonic() + given["expires_in"] - RENEW_BEFORE
        return {"Authorization": f"Bearer {self._token}"}


async def each(
    items: Iterable[Item],
    work: Callable[[Item], Awaitable[Result]],
    *,
    at_once: int = AT_ONCE,
    tick: Callable[[], None] = lambda: None,
) -> list[Result]:
    """``work`` on every item, a few side by side; results in the items' order. The first fault ends all."""
    gate = asyncio.Semaphore(at_once)

    async def one(item: Item) -> Result:
        async with gate:
            result = await work(item)
        tick()
        return result

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in items]
    except* DemoError as faults:
        raise next(_leaves(faults)) from None
    return [task.result() for task in tasks]


def _leaves(group: BaseExceptionGroup[DemoError]) -> Iterator[DemoError]:
    for fault in group.exceptions:
        if isinstance(fault, BaseExceptionGroup):
            yield from _leaves(fault)
        else:
            yield fault


def chunks(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _named(username: str, password: str) -> Body:
    return {"username": username, "password": password}


def _words(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        faults = "; ".join(f"{fault['pointer']}: {fault['detail']}" for fault in problem.get("errors", ())[:5])
        said = problem.get("detail") or problem.get("title")
    except (ValueError, KeyError, AttributeError):
        return answer.text[:200]
    return f"{said} {faults}".strip()
