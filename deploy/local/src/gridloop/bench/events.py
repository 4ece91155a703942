"""``bench events``: from a commit to its effect in another service, and how many a second.

Three processes besides the engines, as in the suite. The reference is JetStream alone: bodies of the same
size, published in the same atomic batches to a stream with the same settings, in the same run.
"""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import asyncpg

from gridloop.bench.figures import Figure, quantile, report
from gridloop.engines import Engines, scratch_engines
from gridloop.layout import checkout
from kit.db.migrate import upgrade
from kit.events.broker import Broker, Outgoing
from kit.settings import ServiceSettings

STEADY_RATE = 300
TRANSACTION = 16
BODY_BYTES = 900


def run(*, quick: bool) -> dict[str, Any]:
    steady, burst = (1_500, 15_000) if quick else (9_000, 60_000)
    with scratch_engines() as engines:
        _prepare(engines)
        steady_run = _pipeline(engines, {"events": steady, "size": 1, "rate": STEADY_RATE, "writers": 8, "warm_up": 50})
        burst_run = _pipeline(engines, {"events": burst, "size": TRANSACTION, "rate": 0, "writers": 4, "warm_up": 0})
        bare = asyncio.run(_bare(engines, burst))
    size = {"steady_events": steady, "steady_rate": STEADY_RATE, "burst_events": burst, "transaction": TRANSACTION}
    return report("events", size, _figures(steady_run, burst_run, bare))


def _figures(steady: "Run", burst: "Run", bare: float) -> list[Figure]:
    delays = [1000 * (steady.done[key] - at) for key, at in steady.committed.items()]
    seconds = max(burst.done.values()) - min(burst.committed.values())
    return [
        Figure("commit to effect, p50", quantile(delays, 0.5), "ms", 10),
        Figure("commit to effect, p99", quantile(delays, 0.99), "ms", 50),
        Figure("sustained", len(burst.done) / seconds, "events/s", 3000, least=True, reference=bare),
    ]


class Run:
    def __init__(self, committed: dict[str, float], done: dict[str, float]) -> None:
        missing = committed.keys() - done.keys()
        if missing:
            raise RuntimeError(f"{len(missing)} of {len(committed)} events had no effect: nothing can be said.")
        self.committed = committed
        self.done = done


def _prepare(engines: Engines) -> None:
    for service in ("survey", "responsibility"):
        upgrade(checkout() / "services" / service, engines.environment(service)["GRIDLOOP_MIGRATION_URL"])
    asyncio.run(_effect_table(engines.environment("responsibility")["GRIDLOOP_MIGRATION_URL"]))


async def _effect_table(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE bench_effect (id uuid PRIMARY KEY)")
    await connection.close()


def _pipeline(engines: Engines, plan: dict[str, Any]) -> Run:
    reader = _process(engines, "responsibility", "read", plan)
    publisher = _process(engines, "survey", "publish", plan)
    committed, _ = publisher.communicate(timeout=600)
    done, _ = reader.communicate(timeout=600)
    return Run(json.loads(committed), json.loads(done))


def _process(engines: Engines, service: str, work: str, plan: dict[str, Any]) -> "subprocess.Popen[str]":
    environment = engines.environment(service) | {"PATH": "/usr/bin:/bin", "GRIDLOOP_LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", "gridloop.bench.pipeline", work]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdin is not None  # noqa: S101  (asked for above)
    process.stdin.write(json.dumps(plan))
    process.stdin.close()
    process.stdin = None
    return process


async def _bare(engines: Engines, events: int) -> float:
    """Events a second of JetStream alone, with the same settings and batches."""
    settings = _settings(engines)
    broker = Broker("incident", settings)
    broker.start()
    while not broker.connected:  # noqa: ASYNC110  (the broker tells of nothing else)
        await asyncio.sleep(0.02)
    await broker.ensure_stream("incident")
    body = b"x" * BODY_BYTES
    began = time.perf_counter()
    for start in range(0, events, 512):
        await broker.publish([Outgoing("gridloop.incident.incident.bench", f"{start}-{n}", body) for n in range(512)])
    seconds = time.perf_counter() - began
    await broker.stop()
    return events / seconds


def _settings(engines: Engines) -> ServiceSettings:
    values = {key.removeprefix("GRIDLOOP_").lower(): value for key, value in engines.environment("incident").items()}
    values.pop("migration_url")
    paths = {key: Path(values.pop(key)) for key in ("keys", "signing_key", "encryption_keys", "files", "content")}
    return ServiceSettings(**values, **paths)  # type: ignore[arg-type]
