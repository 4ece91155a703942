"""A service's routes with who may call them, as its app really serves them."""

import inspect
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from kit.auth import Policy, Public


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    policies: tuple[Policy | Public, ...]

    @property
    def public(self) -> bool:
        return all(isinstance(policy, Public) for policy in self.policies)


def routes_of(app: FastAPI) -> list[Route]:
    """Raises AssertionError where none is found: a check over nothing would hold for ever."""
    found = []
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            policies = tuple(dict.fromkeys(_policies(context.dependant)))
            found += [Route(method, str(context.path), policies) for method in sorted(context.methods or ())]
    assert len(found) > 5, "the app's routes are kept in another way than this looks for"
    return found


def _policies(dependant: Any) -> list[Policy | Public]:
    found = [dependant.call] if isinstance(dependant.call, (Policy, Public)) else []
    for inner in dependant.dependencies:
        found += _policies(inner)
    return found


def threaded_dependencies(app: FastAPI) -> list[str]:
    """Dependencies and endpoints that are no coroutine functions, by name."""
    found = set()
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            found |= {str(call) for call in _calls(context.dependant) if not _awaited(call)}
    return sorted(found)


def _calls(dependant: Any) -> list[Any]:
    return [dependant.call, *(call for inner in dependant.dependencies for call in _calls(inner))]


def _awaited(call: Any) -> bool:
    kinds = (inspect.iscoroutinefunction, inspect.isasyncgenfunction)
    return any(kind(one) for kind in kinds for one in (call, getattr(call, "__call__", None)))  # noqa: B004
