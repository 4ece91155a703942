"""The one route that stands for all resources of the services."""

import sys
from typing import Any

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from gateway.documents.service import Documents
from gateway.forwarding.service import Forwarding, forward
from gateway.upstreams.resources import RESOURCES, resource_of
from gateway.upstreams.service import Upstreams
from kit.auth import Verifier
from kit.errors import Unauthenticated

SCHEME = b"bearer "


class _Resource(BaseRoute):
    """What metrics and logs call a forwarded request."""

    def __init__(self, to: Forwarding) -> None:
        self.path = f"/v1/{to.resource}"
        self.to = to


class ForwardedResources(BaseRoute):
    """A plain ASGI route, looked up by resource and tried before all others: the hop should cost little."""

    def __init__(self, upstreams: Upstreams, documents: Documents, verifier: Verifier, *, limit: int) -> None:
        self._upstreams = upstreams
        self._documents = documents
        self._verifier = verifier
        self._limit = limit
        # Lifts the app's own, smaller limit: RequestBody counts against ours.
        self._forward = RequestBodyLimitMiddleware(self._pass_on, max_body_size=sys.maxsize)
        self._routes = {
            resource: _Resource(Forwarding(service, resource))
            for service, owned in RESOURCES.items()
            if service != "gateway"
            for resource in owned
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        resource = resource_of(scope["path"]) if scope["type"] == "http" else None
        if resource not in self._routes:
            return Match.NONE, {}
        return Match.FULL, {"route": self._routes[resource]}

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        raise NotImplementedError("Addresses of forwarded resources are made by their services.")

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._admit(scope, self._target(scope).service)
        await self._forward(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        to = self._target(scope)
        await forward(to, scope, receive, send, upstreams=self._upstreams, limit=self._limit)

    @staticmethod
    def _target(scope: Scope) -> Forwarding:
        route: _Resource = scope["route"]
        return route.to

    async def _admit(self, scope: Scope, service: str) -> None:
        """Lets through whoever has a valid token, and everybody to what the service declares open."""
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        if given.lower().startswith(SCHEME):
            self._verifier.actor(given[len(SCHEME) :].strip().decode("latin-1"))
            return
        routes = await self._documents.open_routes(service)
        if not routes.admit(scope["method"], scope["path"]):
            raise Unauthenticated("This needs an Authorization header with 'Bearer <access token>'.")
