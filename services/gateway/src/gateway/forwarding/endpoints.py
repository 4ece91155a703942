"""The one route that stands for all resources of the services."""

from typing import Any

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from gateway.documents.service import Documents
from gateway.forwarding.service import Forwarding, forward
from gateway.upstreams.resources import RESOURCES, owner_of, resource_of
from gateway.upstreams.service import Upstreams
from kit.auth import Verifier
from kit.errors import Unauthenticated

SCHEME = b"bearer "


class _Resource(BaseRoute):
    """What metrics and logs call a forwarded request."""

    def __init__(self, resource: str) -> None:
        self.path = f"/v1/{resource}"


class ForwardedResources(BaseRoute):
    """A plain ASGI route, looked up by resource and tried before all others: the hop should cost little."""

    def __init__(self, upstreams: Upstreams, documents: Documents, verifier: Verifier, *, limit: int) -> None:
        self._upstreams = upstreams
        self._documents = documents
        self._verifier = verifier
        self._limit = limit
        self._routes = {
            resource: _Resource(resource)
            for service, owned in RESOURCES.items()
            if service != "gateway"
            for resource in owned
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        resource = resource_of(scope["path"]) if scope["type"] == "http" else None
        if resource not in self._routes:
            return Match.NONE, {}
        return Match.FULL, {"route": self._routes[resource], "path_params": {"resource": resource}}

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        raise NotImplementedError("Addresses of forwarded resources are made by their services.")

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        resource = scope["path_params"]["resource"]
        service = owner_of(resource)
        assert service is not None  # noqa: S101  (matched above)
        await self._admit(scope, service)
        await forward(Forwarding(service, resource), scope, receive, send, upstreams=self._upstreams, limit=self._limit)

    async def _admit(self, scope: Scope, service: str) -> None:
        """Lets through whoever has a valid token, and everybody to what the service declares open."""
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        if given.lower().startswith(SCHEME):
            self._verifier.actor(given[len(SCHEME) :].strip().decode("latin-1"))
            return
        routes = await self._documents.open_routes(service)
        if not routes.admit(scope["method"], scope["path"]):
            raise Unauthenticated("This needs an Authorization header with 'Bearer <access token>'.")
