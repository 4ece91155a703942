"""PostgreSQL and NATS in containers, to be used in the place of the launcher's own engines.

Their images are those of docker-compose.yml: POSTGRES_IMAGE and NATS_IMAGE, where they are set.
"""

import asyncio
import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gridloop.clusters import broker, roles
from gridloop.clusters.environment import USERS
from gridloop.credentials import Credentials
from gridloop.errors import MachineError
from gridloop.layout import Layout, checkout

DEPLOY = checkout() / "deploy"
PATIENCE = 60.0


class ContainerEngines:
    """Where two running containers are reached, and the secrets they were started with."""

    def __init__(self, layout: Layout, postgres: str, nats: str) -> None:
        self.layout = layout
        self.credentials = Credentials(layout)
        self._passwords = self.credentials.passwords()
        self._postgres = postgres
        self._nats = nats

    def environment(self, service: str) -> dict[str, str]:
        return {
            "GRIDLOOP_DATABASE_URL": self._url(f"{service}_app", service),
            "GRIDLOOP_MIGRATION_URL": self._url(f"{service}_owner", service),
            "GRIDLOOP_NATS_URL": self.nats_url(service),
            "GRIDLOOP_KEYS": str(self.credentials.public),
            "GRIDLOOP_SIGNING_KEY": str(self.credentials.signing_key(service)),
            "GRIDLOOP_ENCRYPTION_KEYS": str(self.credentials.keyring(service)),
            "GRIDLOOP_FILES": str(self.layout.files),
            "GRIDLOOP_CONTENT": str(checkout() / "content"),
        }

    def admin_url(self, database: str = "postgres") -> str:
        return self._url("postgres", database)

    def nats_url(self, user: str = "admin") -> str:
        return f"nats://{user}:{self._passwords['nats:' + user]}@{self._nats}"

    def prepare(self) -> None:
        """Wait for both, and make the roles as docker-compose.yml does."""
        deadline = time.monotonic() + PATIENCE
        while not self._roles_made(last=time.monotonic() > deadline):
            time.sleep(0.2)
        _apart(broker.check(self.nats_url()))

    def _roles_made(self, *, last: bool) -> bool:
        passwords = {name: value for name, value in self._passwords.items() if name.endswith(("_owner", "_app"))}
        try:
            _apart(roles.make_roles(self.admin_url(), passwords))
        except MachineError:
            if last:
                raise
            return False
        return True

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self._passwords[role]}@{self._postgres}/{database}"


@contextlib.contextmanager
def engines_in_containers() -> Iterator[ContainerEngines]:
    """Two containers and a folder of secrets, all gone afterwards."""
    from testcontainers.core.config import testcontainers_config

    testcontainers_config.ryuk_disabled = True  # its image is not among those of docker-compose.yml
    with contextlib.ExitStack() as stack:
        layout = Layout(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gridloop-"))))
        layout.make()
        credentials = Credentials(layout)
        credentials.make()
        postgres = stack.enter_context(_started(lambda: _postgres(credentials.passwords())))
        nats = stack.enter_context(_started(lambda: _nats(credentials.passwords())))
        engines = ContainerEngines(layout, _address(postgres, 5432), _address(nats, 4222))
        engines.prepare()
        yield engines


@contextlib.contextmanager
def _started(make: Callable[[], Any]) -> Iterator[Any]:
    """Ends the whole run with a sentence where Docker is not there or has no such image."""
    from docker.errors import DockerException

    with contextlib.ExitStack() as stack:
        try:
            container = stack.enter_context(make())
        except DockerException as error:
            pytest.exit(f"The engines cannot be started in containers: {error}", returncode=pytest.ExitCode.USAGE_ERROR)
        yield container


def _postgres(passwords: dict[str, str]) -> Any:
    from testcontainers.core.container import DockerContainer

    settings = "/etc/postgresql/postgresql.conf"
    return (
        DockerContainer(os.environ.get("POSTGRES_IMAGE") or "postgres:18")
        .with_env("POSTGRES_PASSWORD", passwords["postgres"])
        .with_env("POSTGRES_INITDB_ARGS", "--no-locale --encoding=UTF8")
        .with_volume_mapping(str(DEPLOY / "postgres" / "postgresql.conf"), settings, "ro")
        .with_command(["postgres", "-c", f"config_file={settings}"])
        .with_exposed_ports(5432)
    )


def _nats(passwords: dict[str, str]) -> Any:
    from testcontainers.core.container import DockerContainer

    settings = "/etc/nats/nats.conf"
    container = DockerContainer(os.environ.get("NATS_IMAGE") or "nats:2")
    for user, variable in USERS.items():
        container = container.with_env(variable, f'"{passwords[user]}"')
    return (
        container.with_volume_mapping(str(DEPLOY / "nats" / "nats.conf"), settings, "ro")
        .with_command(["-c", settings])
        .with_exposed_ports(4222)
    )


def _address(container: Any, port: int) -> str:
    host = container.get_container_host_ip()
    return f"{'127.0.0.1' if host == 'localhost' else host}:{container.get_exposed_port(port)}"


def _apart(work: Any) -> None:
    """Run a coroutine in a thread, since this one may have a loop of its own."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(asyncio.run, work).result()


def answers(*command: str) -> bool:
    """Whether a program is there and ends well."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
