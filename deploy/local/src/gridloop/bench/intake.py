"""``bench intake``: answers taken in completely, beside what PostgreSQL itself can do.

One process of the survey service (``GRIDLOOP_ROLE=api``, as where the relay runs apart), durable PostgreSQL, 64
phones on kept connections. Each answer is checked (token, branching, ranges), stored, scored, rolled up and
announced before it is acknowledged. The reference of the same run is pgbench with 8 clients, whose
transactions insert two rows: a copy of a response's and a copy of its event's.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

from gridloop.bench import limit, swarm
from gridloop.bench.figures import Figure, report
from gridloop.bench.invitations import Asked, batch, prepare, single
from gridloop.bench.served import wait_ready
from gridloop.engines import Engines, scratch_engines
from gridloop.layout import checkout
from gridloop.process import free_ports
from gridloop.serving import command
from kit.db.migrate import upgrade

PHONES, SENDERS, IN_A_BATCH = 64, 4, 500
WARM_UP = 1_000


@dataclass(frozen=True)
class Sizes:
    """How many answers are delivered singly, through the gateway and in batches; seconds of pgbench."""

    single: int
    forwarded: int
    batched: int
    reference: int


QUICK, FULL = Sizes(8_000, 3_000, 15_000, 4), Sizes(30_000, 12_000, 60_000, 15)


@dataclass(frozen=True)
class Measured:
    """Answers a second, and microseconds of the service's own CPU for each."""

    rate: float
    cpu: float


def run(*, quick: bool) -> dict[str, Any]:
    sizes = QUICK if quick else FULL
    ports = dict(zip(("survey", "gateway"), free_ports(2), strict=True))
    with scratch_engines() as engines:
        for service in ports:
            migrate(engines, service)
        with _service(engines, "survey", ports) as survey, _service(engines, "gateway", ports):
            stock = iter(prepare(engines, ports["survey"], 3 * WARM_UP + sum(vars(sizes).values())))
            alone = _singly(stock, survey, ports["survey"], sizes.single)
            # At once, and while the services idle: machines are shared, and what they give changes by the minute.
            most = asyncio.run(limit.rate(engines, seconds=sizes.reference))
            forwarded = _singly(stock, survey, ports["gateway"], sizes.forwarded)
            batched = _batched(stock, survey, ports["survey"], sizes.batched)
    size = vars(sizes) | {"phones": PHONES, "in_a_batch": IN_A_BATCH, "pgbench_clients": limit.CLIENTS}
    return report("intake", size, _figures(alone, forwarded, batched, most))


def _figures(alone: Measured, forwarded: Measured, batched: Measured, most: float) -> list[Figure]:
    return [
        Figure("taken in", alone.rate, "answers/s", 0.4 * most, least=True, reference=most),
        Figure("CPU of the service, each", alone.cpu, "us", 250),
        Figure("through the gateway", forwarded.rate, "answers/s", 0.2 * most, least=True, reference=most),
        Figure("in batches", batched.rate, "answers/s", 12_000, least=True, reference=most),
        Figure("CPU of the service, batched", batched.cpu, "us", 83),
    ]


def migrate(engines: Engines, service: str) -> None:
    upgrade(checkout() / "services" / service, engines.environment(service)["GRIDLOOP_MIGRATION_URL"])


@contextmanager
def _service(engines: Engines, name: str, ports: Mapping[str, int]) -> Iterator[psutil.Process]:
    """One worker as ``gridloop up`` runs it, without the relay."""
    peers = {peer: f"http://127.0.0.1:{port}" for peer, port in ports.items() if peer != name}
    told = engines.environment(name) | {"GRIDLOOP_PEERS": json.dumps(peers), "PATH": os.environ["PATH"]}
    told |= {"GRIDLOOP_ROLE": "api", "GRIDLOOP_LOG_LEVEL": "WARNING"}
    served = [sys.executable, "-m", *command(name, ports[name])]
    with subprocess.Popen(served, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_ready(ports[name])
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


def _singly(stock: Iterator[Asked], service: psutil.Process, port: int, count: int) -> Measured:
    requests = [single(next(stock), n) for n in range(WARM_UP + count)]
    swarm.send_all(port, requests[:WARM_UP], connections=PHONES)
    return _measured(service, count, lambda: swarm.send_all(port, requests[WARM_UP:], connections=PHONES))


def _batched(stock: Iterator[Asked], service: psutil.Process, port: int, count: int) -> Measured:
    requests = [batch(_taken(stock, IN_A_BATCH), n) for n in range(0, WARM_UP + count, IN_A_BATCH)]
    warm_up = WARM_UP // IN_A_BATCH
    swarm.send_all(port, requests[:warm_up], connections=SENDERS)
    return _measured(service, count, lambda: swarm.send_all(port, requests[warm_up:], connections=SENDERS))


def _taken(stock: Iterator[Asked], count: int) -> list[Asked]:
    return [next(stock) for _ in range(count)]


def _measured(service: psutil.Process, count: int, work: Callable[[], float]) -> Measured:
    before = _seconds(service.cpu_times())
    seconds = work()
    return Measured(count / seconds, 1_000_000 * (_seconds(service.cpu_times()) - before) / count)


def _seconds(times: Sequence[float]) -> float:
    """User and system."""
    return times[0] + times[1]
