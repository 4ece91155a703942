"""One pair of engines for the whole run, whatever the number of workers."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gridloop.engines import SERVICES, Engines, scratch_engines
from tests.support.containers import ContainerEngines, engines_in_containers

pytest_plugins = ["tests.support.services"]
WORKER = "engines"
GIVEN = "GRIDLOOP_TEST_ENGINES"  # a file that describes engines already running, for many runs in a row


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="crash matrices and soaks too")
    parser.addoption("--engines", choices=("embedded", "containers"), default="embedded", help="who starts them")


def pytest_configure(config: pytest.Config) -> None:
    shared.in_containers = config.getoption("--engines") == "containers"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        for item in items:
            if "long" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="long: run with --long"))


class SharedEngines:
    """Started by the process that collects, used by its workers through URLs."""

    def __init__(self) -> None:
        self._context: Any = None
        self._known: dict[str, Any] | None = None
        self.in_containers = False

    def known(self) -> dict[str, Any]:
        if self._known is None and (given := os.environ.get(GIVEN)):
            self._known = json.loads(Path(given).read_text())
        if self._known is None:
            self._context = engines_in_containers() if self.in_containers else scratch_engines()
            self._known = describe(self._context.__enter__())
        return self._known

    def stop(self) -> None:
        if self._context is not None:
            self._context.__exit__(None, None, None)
            self._context = None


def describe(engines: Engines | ContainerEngines) -> dict[str, Any]:
    return {
        "environment": {service: engines.environment(service) for service in SERVICES},
        "admin": {service: engines.admin_url(service) for service in SERVICES},
        "nats": engines.nats_url("admin"),
    }


shared = SharedEngines()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput[WORKER] = json.dumps(shared.known())


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shared.stop()


@pytest.fixture(scope="session")
def engines(request: pytest.FixtureRequest) -> dict[str, Any]:
    """``environment``: variables by service; ``admin``: superuser's URLs by database; ``nats``: admin's URL."""
    given = getattr(request.config, "workerinput", None)
    found: dict[str, Any] = json.loads(given[WORKER]) if given else shared.known()
    return found
