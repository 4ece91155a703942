"""Every route of every service with every role: refused or let in as its signature says, never otherwise."""

import re
from typing import Any
from uuid import uuid4

import pytest

from kit.auth import Role
from tests.support.routes import Route, routes_of, threaded_dependencies
from tests.support.services import Service

SERVICES = ("survey", "incident", "responsibility", "gateway")


def some_path(route: Route) -> str:
    """The route's path with values that fit nothing that exists."""
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda m: str(uuid4()) if m[1].endswith("id") else "x", route.path)


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Service:
    found: Service = request.getfixturevalue(request.param)
    return found


async def test_each_route_says_who_may(service: Service) -> None:
    assert [f"{r.method} {r.path}" for r in routes_of(service.app) if len(r.policies) != 1] == []


async def test_no_dependency_takes_a_thread(service: Service) -> None:
    """A plain function or class would be called in the thread pool: a tenth of a millisecond, each time."""
    assert threaded_dependencies(service.app) == []


async def test_without_a_token_only_public_routes_answer(service: Service) -> None:
    client = service.client()
    wrong = []
    for route in routes_of(service.app):
        answer = await client.request(route.method, some_path(route), json={})
        if (answer.status_code == 401) == route.public:
            wrong.append(f"{route.method} {route.path}: {answer.status_code}")
    assert not wrong


@pytest.mark.parametrize("role", sorted(Role))
async def test_each_role_gets_in_where_it_is_named_and_nowhere_else(service: Service, role: Role) -> None:
    client = _client(service, role)
    wrong = []
    for route in routes_of(service.app):
        if route.public:
            continue
        answer = await client.request(route.method, some_path(route), json={})
        refused = answer.status_code == 403 and "is open to the roles" in answer.text
        allowed = role in route.policies[0].roles
        if refused == allowed or answer.status_code in {401, 500}:
            wrong.append(f"{route.method} {route.path}: {answer.status_code}")
    assert not wrong


def _client(service: Service, role: Role) -> Any:
    if role is not Role.SERVICE:
        return service.client(role, employee="E00001", subject=str(uuid4()))
    client = service.client(Role.AGENT)
    client.headers["Authorization"] = f"Bearer {service.runtime.signer.service(service.name)}"
    return client
