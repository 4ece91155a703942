"""How a service is run: its command, its environment, its migrations."""

import functools
import json
from collections.abc import Mapping

from gridloop.engines import Engines
from gridloop.layout import Layout, checkout
from gridloop.process import Process
from gridloop.serving import command
from gridloop.supervisor.child import Child
from gridloop.supervisor.forked import ForkServer, module_process
from gridloop.supervisor.health import is_ready
from gridloop.supervisor.own_settings import own_settings

OWNERS_URL = "GRIDLOOP_MIGRATION_URL"


def environment(
    engines: Engines, service: str, ports: Mapping[str, int], *, demo_clock: bool, extra: Mapping[str, str]
) -> dict[str, str]:
    """Everything that a service is told, its peers' addresses and the data folder's own settings included.

    Raises ``MachineError`` for settings that cannot be chosen.
    """
    peers = {name: f"http://127.0.0.1:{port}" for name, port in ports.items() if name != service}
    told = engines.environment(service) | {"GRIDLOOP_PEERS": json.dumps(peers)}
    if demo_clock:
        told["GRIDLOOP_DEMO_CLOCK"] = "1"
    if "gateway" in ports:
        told["GRIDLOOP_PUBLIC_URL"] = f"http://127.0.0.1:{ports['gateway']}"
    if service == "gateway":
        told["GRIDLOOP_OPERATOR"] = str(engines.credentials.operator)
        told["GRIDLOOP_FIRST_ADMIN"] = str(engines.credentials.first_admin)
    return told | own_settings(engines.layout.root) | dict(extra)


def child(layout: Layout, server: ForkServer | None, service: str, port: int, told: Mapping[str, str]) -> Child:
    """The service itself; it never learns its owner role's password."""
    known = {name: value for name, value in told.items() if name != OWNERS_URL}
    process = module_process(server, service, command(service, port), known, (layout.logs, layout.run, checkout()))
    return Child(process, functools.partial(is_ready, port))


def migration(layout: Layout, server: ForkServer | None, service: str, told: Mapping[str, str]) -> Process:
    module = ["kit.migrate", f"services/{service}"]
    return module_process(server, f"migrate-{service}", module, dict(told), (layout.logs, layout.run, checkout()))
