"""Calls to the other services, each with a token of this service for that one."""

from typing import Any

import httpx
from httpx_aiohttp import AiohttpTransport

from kit.auth.tokens import Signer
from kit.errors import Unavailable

TIMEOUT = httpx.Timeout(5.0, connect=2.0)


class Peers:
    """``urls``: base URLs by service name. One client per peer."""

    def __init__(self, urls: dict[str, str], signer: Signer) -> None:
        self.urls = urls
        self.signer = signer
        self._clients: dict[str, httpx.AsyncClient] = {}

    def client(self, name: str) -> httpx.AsyncClient:
        """An httpx client over aiohttp: httpx's own pool collapses under concurrency."""
        if name not in self.urls:
            raise Unavailable(f"No address is set for '{name}': add it to GRIDLOOP_PEERS.")
        if name not in self._clients:
            transport = AiohttpTransport()
            self._clients[name] = httpx.AsyncClient(base_url=self.urls[name], transport=transport, timeout=TIMEOUT)
        return self._clients[name]

    async def get(self, name: str, path: str, **params: Any) -> httpx.Response:
        """GET as this service; raises httpx.HTTPError when the peer cannot be reached."""
        headers = {"Authorization": f"Bearer {self.signer.service(name)}"}
        return await self.client(name).get(path, params=params, headers=headers)

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()
