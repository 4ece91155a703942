"""``bench insights``: figures cost the same however many answers are stored; driver analyses from end to end.

Scores and trends are asked for over HTTP, one request after the other, first beside few answers and then beside many,
and compared question by question. A driver analysis is a job: gathering 100 000 answers, counting, storing the result.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import httpx

from gridloop.bench.analysed_answers import ask, prepare
from gridloop.bench.figures import Figure, quantile, report
from gridloop.bench.stored_answers import fill
from gridloop.bench.write import wait_ready
from gridloop.engines import Engines, scratch_engines
from gridloop.layout import checkout
from gridloop.process import free_ports
from kit.auth import Role, Signer
from kit.auth.keys import read_key
from kit.db.migrate import upgrade

OK, WARM_UP = 200, 3
QUESTIONS = {
    "company": "scores",
    "drivers": "scores?group_by=driver",
    "by sub-process": "scores?group_by=sub_process",
    "districts": "scores?unit=/city/&group_by=unit",
    "months of a district": "scores?unit=/city/district-5/&group_by=month",
    "a year and a bit": "scores?unit=/city/district-5/&from=2025-01-10&to=2026-03-20",
    "trend by week": "trends?grain=week",
    "trend of a sub-process": "trends?grain=month&sub_process=AP-01",
}


def run(*, quick: bool) -> dict[str, Any]:
    few, many, answers, resamples = (20_000, 200_000, 20_000, 100) if quick else (50_000, 5_000_000, 100_000, 1_000)
    with scratch_engines() as engines, _service(engines) as client:
        url = engines.environment("survey")["GRIDLOOP_MIGRATION_URL"]
        before = _measured(client, url, few, quick=quick)
        after = _measured(client, url, many, quick=quick)
        asyncio.run(prepare(url, answers))
        point = ask(client, resamples=0)
        repeated = ask(client, resamples=resamples)
    whole_before, whole_after = (sum(median(times) for times in found.values()) for found in (before, after))
    slowest = max(quantile(times, 0.95) for times in after.values())
    share = answers / 100_000
    figures = [
        Figure("cost beside many to few", whole_after / whole_before, "ratio", 1.2),
        Figure(
            "scores and trends, p50",
            1000 * whole_after / len(after),
            "ms",
            25,
            reference=1000 * whole_before / len(before),
        ),
        Figure("p95 of the slowest question", 1000 * slowest, "ms", 50),
        Figure("LMG, 12 drivers", point, "s", max(1.5, 5 * share)),
        Figure(f"LMG, {resamples} bootstraps", repeated, "s", max(4, 120 * share * resamples / 1_000)),
    ]
    size = {"few": few, "many": many, "questions": len(QUESTIONS), "analysed": answers}
    return report("insights", size, figures)


@contextmanager
def _service(engines: Engines) -> Iterator[httpx.Client]:
    """The survey service in a process of its own, and an analyst's client."""
    environment = engines.environment("survey")
    upgrade(checkout() / "services" / "survey", environment["GRIDLOOP_MIGRATION_URL"])
    port = free_ports(1)[0]
    told = environment | {"GRIDLOOP_PEERS": "{}", "GRIDLOOP_LOG_LEVEL": "WARNING", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "gridloop.bench.timed", "survey", str(port)]
    key = read_key(Path(engines.environment("gateway")["GRIDLOOP_SIGNING_KEY"]))
    token = Signer("gateway", key).access("bench", [Role.ANALYST], unit="/", seconds=3600)
    with subprocess.Popen(command, env=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as service:
        try:
            wait_ready(port)
            headers = {"Authorization": f"Bearer {token}"}
            with httpx.Client(base_url=f"http://127.0.0.1:{port}/v1/insights/", headers=headers, timeout=60) as client:
                yield client
        finally:
            service.terminate()


def _measured(client: httpx.Client, url: str, answers: int, *, quick: bool) -> dict[str, list[float]]:
    asyncio.run(_filled(url, answers))
    return {name: _times(client, question, 10 if quick else 40) for name, question in QUESTIONS.items()}


async def _filled(url: str, answers: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        await fill(connection, answers)
    finally:
        await connection.close()


def _times(client: httpx.Client, question: str, rounds: int) -> list[float]:
    times = []
    for number in range(WARM_UP + rounds):
        began = time.perf_counter()
        answer = client.get(question)
        seconds = time.perf_counter() - began
        if answer.status_code != OK:
            raise RuntimeError(f"{question} answered {answer.status_code}: {answer.text[:300]}")
        if number >= WARM_UP:
            times.append(seconds)
    return times
