"""docs/features.md names each capability with its routes and tests: both must exist."""

import re
from pathlib import Path

import pytest

from tests.support.routes import routes_of
from tests.support.services import Service

ROOT = Path(__file__).resolve().parents[2]
ROUTE = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`]*)`")
TEST = re.compile(r"`(tests/[\w/.-]+\.py)(?:::([\w]+)(?:::([\w]+))?)?`")


def rows() -> list[str]:
    text = (ROOT / "docs" / "features.md").read_text()
    return [line for line in text.splitlines() if line.startswith("| ") and "---" not in line][1:]


def shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


@pytest.fixture
def known(survey: Service, incident: Service, responsibility: Service, gateway: Service) -> set[tuple[str, str]]:
    found = set()
    for service in (survey, incident, responsibility, gateway):
        found |= {(route.method, shape(route.path)) for route in routes_of(service.app)}
    return found


def test_each_route_that_is_named_exists(known: set[tuple[str, str]]) -> None:
    named = [(method, shape(path)) for row in rows() for method, path in ROUTE.findall(row)]
    assert len(named) > 50
    assert [route for route in named if route not in known] == []


def test_each_test_that_is_named_exists() -> None:
    missing = []
    named = [match for row in rows() for match in TEST.findall(row)]
    assert len(named) > 30
    for file, *names in named:
        text = (ROOT / file).read_text() if (ROOT / file).exists() else ""
        if not text or not all(re.search(rf"(class|def) {name}\b", text) for name in names if name):
            missing.append((file, *names))
    assert missing == []


def test_each_capability_names_a_test() -> None:
    assert [row for row in rows() if not TEST.search(row)] == []


def test_each_route_of_the_suite_belongs_to_a_capability(known: set[tuple[str, str]]) -> None:
    named = {(method, shape(path)) for row in rows() for method, path in ROUTE.findall(row)}
    assert sorted(known - named) == []
