"""One pool of connections to each service.

aiohttp alone carries plain forwarding (docs/decisions/2026-11-23-forwarding-with-aiohttp.md), and the httpx clients
of what the gateway combines run over the same pools.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import httpx
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from fastapi import Depends, Request
from httpx_aiohttp import AiohttpTransport
from starlette.types import ASGIApp
from yarl import URL

from gateway.settings import Settings
from gateway.upstreams.schemas import Part
from kit.auth import Signer
from kit.errors import Unavailable
from kit.lineage import current
from kit.telemetry.logs import logger

IDLE_SECONDS = 2.0  # below uvicorn's five: a connection is not taken up at the moment it is being closed
PATIENCE = httpx.Timeout(2.5, connect=1.0)
MISSING: dict[int, Literal["absent", "forbidden"]] = {403: "forbidden", 404: "absent"}
log = logger("gateway.upstreams")
COMBINED = httpx.Timeout(5.0, connect=2.0)
# What the client did not say is not said for it; above all no Accept-Encoding it could not read.
UNSAID = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class Upstreams:
    """``urls``: base URLs by service name. Made once per process, inside the running loop or before it."""

    def __init__(self, urls: Mapping[str, str], signer: Signer, settings: Settings) -> None:
        self._urls = {name: URL(url) for name, url in urls.items() if name != "gateway"}
        self._signer = signer
        self._settings = settings
        self._sessions: dict[str, ClientSession] = {}
        self._clients: dict[str, httpx.AsyncClient] = {}

    @property
    def names(self) -> list[str]:
        return sorted(self._urls)

    def url(self, service: str, target: bytes) -> URL:
        """The service's URL for a path and query exactly as the client encoded them."""
        return URL(str(self._of(service)).rstrip("/") + target.decode("latin-1"), encoded=True)

    def include(self, app: ASGIApp) -> None:
        """Lets the gateway itself be asked like any service, without leaving the process."""
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._clients["gateway"] = httpx.AsyncClient(base_url="http://gateway", transport=transport)

    def session(self, service: str) -> ClientSession:
        if service not in self._sessions:
            self._sessions[service] = self._new_session(service)
        return self._sessions[service]

    def client(self, service: str) -> httpx.AsyncClient:
        """An httpx client over the same pool, for what the gateway combines."""
        if service not in self._clients:
            transport = AiohttpTransport(client=lambda: self.session(service))
            self._clients[service] = httpx.AsyncClient(
                base_url=str(self._of(service)), transport=transport, timeout=COMBINED, trust_env=False
            )
        return self._clients[service]

    async def ask(
        self, service: str, method: str, path: str, *, authorization: str | None = None, **given: Any
    ) -> httpx.Response:
        """Calls a service as the bearer of ``authorization``, or as the gateway; raises httpx.HTTPError."""
        headers = {"authorization": authorization or f"Bearer {self._signer.service(service)}"}
        if trace := current.get().traceparent:
            headers["traceparent"] = trace
        return await self.client(service).request(method, path, headers=headers, **given)

    async def part(self, service: str, path: str, *, authorization: str, **params: str) -> Part:
        """What a service shows to the caller; whatever goes wrong is a state of the part."""
        try:
            answer = await self.ask(service, "GET", path, authorization=authorization, params=params, timeout=PATIENCE)
            if answer.status_code in MISSING:
                return Part(state=MISSING[answer.status_code])
            return Part(state="present", data=answer.raise_for_status().json())
        except (httpx.HTTPError, ValueError, Unavailable) as fault:
            log.warning("part unavailable", upstream=service, error=type(fault).__name__)
            return Part(state="unavailable")

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()

    def _of(self, service: str) -> URL:
        if service not in self._urls:
            raise Unavailable(f"No address is set for '{service}': add it to GRIDLOOP_PEERS.")
        return self._urls[service]

    def _new_session(self, service: str) -> ClientSession:
        self._of(service)
        return ClientSession(
            connector=TCPConnector(limit=self._settings.upstream_connections, keepalive_timeout=IDLE_SECONDS),
            # A jar would carry one client's cookies into another's requests.
            cookie_jar=DummyCookieJar(),
            skip_auto_headers=UNSAID,
            auto_decompress=False,
            timeout=ClientTimeout(
                total=None,
                connect=self._settings.connect_seconds,
                sock_connect=self._settings.connect_seconds,
                sock_read=self._settings.forward_seconds,
            ),
        )


async def _upstreams(request: Request) -> Upstreams:
    upstreams: Upstreams = request.app.state.upstreams
    return upstreams


Services = Annotated[Upstreams, Depends(_upstreams)]
