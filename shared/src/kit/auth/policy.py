"""Who may call a route, said in its signature."""

from fastapi import Request
from fastapi.security import HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from kit.auth.actor import Actor, Role
from kit.errors import Forbidden, Unauthenticated


class Policy(HTTPBearer):
    """A dependency that answers the actor, or refuses. ``roles`` is read by the test of every route.

    It is the security scheme itself: as a dependency of its own that would be one more to solve at each request.
    """

    def __init__(self, roles: frozenset[Role]) -> None:
        super().__init__(scheme_name="bearer", description="An access token of the gateway (5 minutes).")
        self.roles = roles

    async def __call__(self, request: Request) -> Actor:  # type: ignore[override]
        scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("This needs an Authorization header with 'Bearer <access token>'.")
        actor: Actor = request.app.state.runtime.verifier.actor(token)
        if not actor.has(*self.roles):
            allowed = ", ".join(sorted(self.roles))
            raise Forbidden(f"This is open to the roles {allowed}; yours do not include one of them.")
        request.state.actor = actor
        return actor


class Public:
    """For routes whose callers have no account; says so where the others say their roles."""

    roles: frozenset[Role] = frozenset()

    async def __call__(self) -> None:
        return None


def allow(*roles: Role) -> Policy:
    """``Annotated[Actor, Depends(allow(Role.AGENT))]``"""
    return Policy(frozenset(roles))


def public() -> Public:
    """``Annotated[None, Depends(public())]``"""
    return Public()
