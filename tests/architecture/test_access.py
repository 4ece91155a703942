"""Every route of every service with every role: refused or let in as its signature says, never otherwise."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute

from kit.auth import Policy, Public, Role
from tests.support.services import Service

REFUSED = 403
SERVICES = ("survey", "incident", "responsibility", "gateway")


def routes(service: Service) -> Iterator[APIRoute]:
    for route in service.app.routes:
        if isinstance(route, APIRoute):
            yield route


def policies(route: APIRoute) -> list[Policy | Public]:
    found: list[Policy | Public] = []

    def walk(dependant: Any) -> None:
        for inner in dependant.dependencies:
            if isinstance(inner.call, (Policy, Public)):
                found.append(inner.call)
            walk(inner)

    walk(route.dependant)
    return found


def some_path(route: APIRoute) -> str:
    """The route's path with values that fit nothing that exists."""
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda m: str(uuid4()) if m[1].endswith("id") else "x", route.path)


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Service:
    found: Service = request.getfixturevalue(request.param)
    return found


async def test_each_route_says_who_may(service: Service) -> None:
    silent = [f"{sorted(r.methods)} {r.path}" for r in routes(service) if len(policies(r)) != 1]
    assert not silent


async def test_without_a_token_only_public_routes_answer(service: Service) -> None:
    client = service.client()
    wrong = []
    for route in routes(service):
        if isinstance(policies(route)[0], Public):
            continue
        for method in sorted(route.methods):
            answer = await client.request(method, some_path(route), json={})
            if answer.status_code != 401:
                wrong.append(f"{method} {route.path}: {answer.status_code}")
    assert not wrong


@pytest.mark.parametrize("role", sorted(Role))
async def test_each_role_gets_in_where_it_is_named_and_nowhere_else(service: Service, role: Role) -> None:
    client = _client(service, role)
    wrong = []
    for route in routes(service):
        policy = policies(route)[0]
        if isinstance(policy, Public):
            continue
        for method in sorted(route.methods):
            answer = await client.request(method, some_path(route), json={})
            refused = answer.status_code == REFUSED and "is open to the roles" in answer.text
            if refused != (role not in policy.roles) or answer.status_code == 401 or answer.status_code >= 500:
                wrong.append(f"{method} {route.path}: {answer.status_code}")
    assert not wrong


def _client(service: Service, role: Role) -> Any:
    if role is not Role.SERVICE:
        return service.client(role, employee="E00001")
    client = service.client(Role.AGENT)
    client.headers["Authorization"] = f"Bearer {service.runtime.signer.service(service.name)}"
    return client
