"""``bench exports``: a million answers in each format, and what the exporting process needs for it.

The answers are laid out in SQL; everything after that goes through the service's own routes: the export is asked
for, its job runs in the one process that also answers, and the file is fetched. Beside it somebody keeps asking
the service for a page, as people do while an analyst exports.
"""

import asyncio
import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Self

import asyncpg
import httpx
import psutil
import yaml

from gridloop.bench.figures import Figure, quantile, report
from gridloop.bench.served import Served, survey_service
from gridloop.engines import scratch_engines
from gridloop.layout import checkout
from kit.auth import Role

FORMATS = ("csv", "parquet", "sav", "xlsx")
MEGABYTE = 1024**2
PATIENCE = 800.0
ANSWERS = """
    INSERT INTO response (id, questionnaire_id, unit, sub_process, trigger, occurred_at, revision, digest, complete,
        answers, language, segment, may_contact, unit_may_know, received_at, source)
    SELECT gen_random_uuid(), $1, format('/city/east/hall-%s/', n % 20), 'RB-09', 'order_completed',
        now() - n % 90 * interval '1 day', 1, '', true,
        jsonb_build_object('may_contact', n % 3 = 0, 'unit_may_know', n % 4 = 0, 'overall', 1 + n % 5,
            'conduct', 1 + n % 4, 'billing', 1 + n % 5, 'recommend', n % 11),
        'zh-CN', 'residential', n % 3 = 0, n % 4 = 0, now(), 'bench'
    FROM generate_series($2::int, $3::int) AS n
"""
SCORES = """
    INSERT INTO score (response_id, driver, unit, sub_process, teams, trigger, occurred_at, value)
    SELECT id, driver, unit, sub_process, '{}', trigger, occurred_at, 1 + (answers->>'overall')::int % 5
    FROM response, (VALUES (''), ('billing_accuracy')) AS d (driver)
"""


def run(*, quick: bool) -> dict[str, Any]:
    count = 50_000 if quick else 1_000_000
    with scratch_engines() as engines, survey_service(engines) as served:
        figures = _measure(served, count)
    return report("exports", {"answers": count}, figures)


def _measure(served: Served, count: int) -> list[Figure]:
    headers = {"Authorization": f"Bearer {served.token([Role.ANALYST, Role.MANAGER])}"}
    client = httpx.Client(base_url=served.url, headers=headers, timeout=60)
    asyncio.run(_lay_out(served.database, questionnaire(client), count))
    watch = Watch(served.pid, client)
    seconds = {}
    with watch:
        for kind in FORMATS:
            seconds[kind] = _export(client, kind, count)
    figures = [
        Figure("peak memory of the process", watch.peak / MEGABYTE, "MB", 150, reference=watch.before / MEGABYTE),
        Figure("a page meanwhile, p95", 1000 * quantile(watch.pages, 0.95), "ms", 100),
    ]
    return figures + [Figure(f"{kind}", count / seconds[kind], "answers/s", 2_000, least=True) for kind in FORMATS]


def questionnaire(client: httpx.Client) -> str:
    """Publishes one that comes with the product; gives its id."""
    definition = yaml.safe_load((checkout() / "content/questionnaires/after_order.yaml").read_text())
    needs = yaml.safe_load((checkout() / "content/needs/needs.yaml").read_text())
    client.post("/v1/needs/import", json=needs).raise_for_status()
    made = client.post("/v1/questionnaires", json={"code": "after_order", "definition": definition})
    made.raise_for_status()
    client.post(f"/v1/questionnaires/{made.json()['id']}/publish").raise_for_status()
    return str(made.json()["id"])


async def _lay_out(url: str, questionnaire: str, count: int) -> None:
    connection = await asyncpg.connect(url)
    for first in range(1, count + 1, 50_000):
        await connection.execute(ANSWERS, questionnaire, first, min(first + 49_999, count))
    await connection.execute(SCORES)
    await connection.execute("ANALYZE response, score")
    await connection.close()


def _export(client: httpx.Client, kind: str, count: int) -> float:
    """Seconds from asking to the last byte of the file."""
    began = time.perf_counter()
    asked = client.post("/v1/responses/exports", json={"questionnaire": "after_order", "format": kind})
    asked.raise_for_status()
    for _ in itertools.takewhile(lambda _: time.perf_counter() - began < PATIENCE, itertools.count()):
        job = client.get(asked.headers["location"]).json()
        if job["state"] not in {"waiting", "running"}:
            break
        time.sleep(0.5)
    if job["state"] != "done" or job["result"]["rows"] != count:
        raise RuntimeError(f"The export as {kind} came to {job}.")
    with client.stream("GET", job["result"]["file"]) as file:
        size = sum(len(piece) for piece in file.iter_bytes())
    if size != job["result"]["size"]:
        raise RuntimeError(f"The file has {size} bytes instead of {job['result']['size']}.")
    return time.perf_counter() - began


@dataclass
class Watch:
    """Looks at a process's memory ten times a second, and asks it for a page as often."""

    pid: int
    client: httpx.Client
    before: int = 0
    peak: int = 0
    pages: list[float] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.before = self.peak = psutil.Process(self.pid).memory_info().rss
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        process = psutil.Process(self.pid)
        with httpx.Client(base_url=self.client.base_url, headers=self.client.headers, timeout=60) as client:
            while not self._over.wait(0.1):
                self.peak = max(self.peak, process.memory_info().rss)
                began = time.perf_counter()
                client.get("/v1/questionnaires").raise_for_status()
                self.pages.append(time.perf_counter() - began)
