"""``bench write``: what a write endpoint adds to its SQL.

One client, one request after the other, so that nothing waits in a queue: token check, validation, encryption,
session, rendering and HTTP are what is left when the driver's time for the statements is taken off. The
endpoint is ``PUT /v1/contacts/{account}`` (a new contact each time: two sealed values, one hash, one upsert).
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from gridloop.bench.connection import Connection, header, put
from gridloop.bench.figures import Figure, quantile, report
from gridloop.engines import Engines, scratch_engines
from gridloop.layout import checkout
from gridloop.process import free_ports
from kit.auth import Role, Signer
from kit.auth.keys import read_key
from kit.db.migrate import upgrade

WARM_UP = 200
PATIENCE = 30.0
OK = 200


def run(*, quick: bool) -> dict[str, Any]:
    requests = 1_000 if quick else 5_000
    with scratch_engines() as engines:
        environment = engines.environment("survey")
        upgrade(checkout() / "services" / "survey", environment["GRIDLOOP_MIGRATION_URL"])
        port = free_ports(1)[0]
        told = environment | {"GRIDLOOP_PEERS": "{}", "GRIDLOOP_LOG_LEVEL": "WARNING", "PATH": os.environ["PATH"]}
        command = [sys.executable, "-m", "gridloop.bench.timed", "survey", str(port)]
        with subprocess.Popen(command, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as service:
            try:
                wait_ready(port)
                whole, sql = _measure(port, _token(engines), requests)
            finally:
                service.terminate()
    added = [1000 * (a - b) for a, b in zip(whole, sql, strict=True)]
    figures = [
        Figure("added to the SQL, p50", quantile(added, 0.5), "ms", 2, reference=1000 * quantile(sql, 0.5)),
        Figure("added to the SQL, p95", quantile(added, 0.95), "ms", 5, reference=1000 * quantile(sql, 0.95)),
    ]
    return report("write", {"requests": requests, "clients": 1}, figures)


def _token(engines: Engines) -> str:
    key = read_key(Path(engines.environment("gateway")["GRIDLOOP_SIGNING_KEY"]))
    return Signer("gateway", key).access("bench", [Role.INTEGRATOR], unit="/", seconds=3600)


def _measure(port: int, token: str, requests: int) -> tuple[list[float], list[float]]:
    whole, sql = [], []
    with Connection(port) as connection:
        for n in range(WARM_UP + requests):
            request = put(f"/v1/contacts/{4_000_000_000 + n}", _contact(n), token)
            began = time.perf_counter()
            status, head, body = connection.send(request)
            seconds = time.perf_counter() - began
            if status != OK:
                raise RuntimeError(f"The endpoint answered {status}: {body.decode(errors='replace')[:300]}")
            if n >= WARM_UP:
                whole.append(seconds)
                sql.append(float(header(head, b"x-sql-seconds")))
    return whole, sql


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


def _contact(n: int) -> bytes:
    contact = {
        "source_version": 1,
        "unit": "/city/east/",
        "name": "Bench Customer",
        "phone": f"+861380{n:07d}",
        "language": "en",
        "opt_out": False,
        "consent": True,
    }
    return json.dumps(contact).encode()
