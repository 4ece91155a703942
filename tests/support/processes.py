"""The ledger as real processes on engines of its own, so that each of them can be killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from gridloop.engines import Engines
from gridloop.serving import PROTOCOL
from kit.auth import Role, Signer
from kit.auth.keys import read_key
from kit.db import migrate
from tests.support.databases import ROOT

LEDGER = ROOT / "tests" / "kit" / "ledger"
FACTORIES = {"survey": "create_app", "responsibility": "create_reading_app"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class LedgerProcesses:
    """``survey`` publishes, ``responsibility`` reads; both are started, killed and started again by tests."""

    def __init__(self, engines: Engines, logs: Path) -> None:
        self.engines = engines
        self.logs = logs
        self.ports = {name: free_port() for name in FACTORIES}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        key = Path(engines.environment("gateway")["GRIDLOOP_SIGNING_KEY"])
        token = Signer("gateway", read_key(key)).access("tester", [Role.AGENT], unit="/", seconds=3600)
        self.headers = {"Authorization": f"Bearer {token}"}

    def migrate(self) -> None:
        for name in FACTORIES:
            migrate.upgrade(LEDGER, self.engines.environment(name)["GRIDLOOP_MIGRATION_URL"])

    def start(self, name: str, factory: str | None = None, **extra: str) -> None:
        peers = {other: f"http://127.0.0.1:{port}" for other, port in self.ports.items() if other != name}
        environment = self.engines.environment(name) | {"GRIDLOOP_PEERS": json.dumps(peers)}
        environment |= {key: os.environ[key] for key in ("PATH", "PYTHONPATH") if key in os.environ}
        where = f"tests.kit.ledger.app:{factory or FACTORIES[name]}"
        command = [sys.executable, "-m", "uvicorn", where, "--factory", "--port", str(self.ports[name])]
        command += ["--http", PROTOCOL]
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [*command, "--no-access-log"], cwd=ROOT, env=environment | extra, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)

    def ready(self, name: str, seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url(name)}/health/ready", timeout=1).status_code == httpx.codes.OK:
                    return
            assert self.running[name].poll() is None, (self.logs / f"{name}.log").read_text()[-2000:]
            time.sleep(0.05)
        raise AssertionError(f"{name} was not ready in {seconds} s")

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def forget_broker(self) -> None:
        """Deletes the JetStream folder; NATS must be stopped."""
        shutil.rmtree(self.engines.layout.nats / "store")

    async def sql(self, name: str, statement: str) -> list[Any]:
        connection = await asyncpg.connect(self.engines.admin_url(name))
        try:
            rows: list[Any] = await connection.fetch(statement)
            return rows
        finally:
            await connection.close()
