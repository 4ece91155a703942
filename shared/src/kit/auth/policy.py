"""Who may call a route, said in its signature."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from kit.auth.actor import Actor, Role
from kit.errors import Forbidden, Unauthenticated

bearer = HTTPBearer(auto_error=False, description="An access token of the gateway (5 minutes).")


class Policy:
    """A dependency that answers the actor, or refuses. ``roles`` is read by the test of every route."""

    def __init__(self, roles: frozenset[Role]) -> None:
        self.roles = roles

    async def __call__(
        self, request: Request, token: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
    ) -> Actor:
        if token is None:
            raise Unauthenticated("This needs an Authorization header with 'Bearer <access token>'.")
        actor: Actor = request.app.state.runtime.verifier.actor(token.credentials)
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
