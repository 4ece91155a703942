"""The survey service in a process of its own, as every bench of it needs it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from gridloop.engines import Engines
from gridloop.layout import checkout
from gridloop.process import free_ports
from kit.auth import Role, Signer
from kit.auth.keys import read_key
from kit.db.migrate import upgrade

PATIENCE = 30.0
OK = 200


@dataclass(frozen=True)
class Served:
    """``pid``: of the one process that is measured; ``database``: its owner's URL."""

    port: int
    pid: int
    database: str
    signer: Signer

    def token(self, roles: Sequence[Role]) -> str:
        return self.signer.access("bench", roles, unit="/", seconds=7200)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def survey_service(engines: Engines) -> Iterator[Served]:
    """Migrated and ready; ended with the block. Its log holds warnings only."""
    environment = engines.environment("survey")
    owners = environment["GRIDLOOP_MIGRATION_URL"]
    upgrade(checkout() / "services" / "survey", owners)
    port = free_ports(1)[0]
    told = environment | {"GRIDLOOP_PEERS": "{}", "GRIDLOOP_LOG_LEVEL": "WARNING", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "gridloop.bench.timed", "survey", str(port)]
    signer = Signer("gateway", read_key(Path(engines.environment("gateway")["GRIDLOOP_SIGNING_KEY"])))
    with subprocess.Popen(command, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as service:
        try:
            wait_ready(port)
            yield Served(port, service.pid, owners, signer)
        finally:
            service.terminate()


def wait_ready(port: int) -> None:
    """Until the service answers that it can work."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=1).status_code == OK:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"The service was not ready after {PATIENCE:.0f} s.")
