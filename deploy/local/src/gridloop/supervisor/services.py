"""How a service is run: its command, its environment, its migrations."""

import functools
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from gridloop.engines import Engines
from gridloop.layout import checkout
from gridloop.process import Process
from gridloop.supervisor.child import Child
from gridloop.supervisor.health import is_ready

GRACE = "3"


def base_environment() -> dict[str, str]:
    """The caller's environment without settings of Gridloop's, which come from the data folder alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDLOOP_")}
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1"}


def environment(
    engines: Engines, service: str, ports: Mapping[str, int], *, demo_clock: bool, extra: Mapping[str, str]
) -> dict[str, str]:
    """Everything that a service is told, its peers' addresses included."""
    peers = {name: f"http://127.0.0.1:{port}" for name, port in ports.items() if name != service}
    told = engines.environment(service) | {"GRIDLOOP_PEERS": json.dumps(peers)}
    if demo_clock:
        told["GRIDLOOP_DEMO_CLOCK"] = "1"
    if service == "gateway":
        told["GRIDLOOP_OPERATOR"] = str(engines.credentials.operator)
        told["GRIDLOOP_FIRST_ADMIN"] = str(engines.credentials.first_admin)
    return told | dict(extra)


def child(engines: Engines, service: str, port: int, told: Mapping[str, str]) -> Child:
    served = ["--factory", "--host", "127.0.0.1", "--port", str(port)]
    quiet = ["--no-access-log", "--timeout-graceful-shutdown", GRACE]
    process = Process(
        name=service,
        command=[sys.executable, "-m", "uvicorn", f"{service}.app:create_app", *served, *quiet],
        environment=base_environment() | {key: told[key] for key in told if key != "GRIDLOOP_MIGRATION_URL"},
        log=engines.layout.logs / f"{service}.log",
        note=engines.layout.run / f"{service}.json",
        folder=checkout(),
    )
    return Child(process, functools.partial(is_ready, port))


def migration(engines: Engines, service: str, told: Mapping[str, str]) -> Process:
    return Process(
        name=f"migrate-{service}",
        command=[sys.executable, "-m", "kit.migrate", f"services/{service}"],
        environment=base_environment() | dict(told),
        log=engines.layout.logs / f"migrate-{service}.log",
        note=engines.layout.run / f"migrate-{service}.json",
        folder=checkout(),
    )


def is_installed(service: str, root: Path | None = None) -> bool:
    return ((root or checkout()) / "services" / service / "src" / service / "app.py").is_file()
