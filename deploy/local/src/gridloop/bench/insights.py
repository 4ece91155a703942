"""``bench insights``: figures cost the same however many answers are stored; driver analyses from end to end.

Scores and trends are asked for over HTTP, one request after the other, first beside few answers and then beside many,
and compared question by question. A driver analysis is a job: gathering 100 000 answers, counting, storing the result.
Its reference is the one before it, which also put those answers into their blocks, once for ever.
"""

import asyncio
import time
from statistics import median
from typing import Any

import asyncpg
import httpx

from gridloop.bench.analysed_answers import ask, prepare
from gridloop.bench.figures import Figure, quantile, report
from gridloop.bench.served import Served, survey_service
from gridloop.bench.stored_answers import fill
from gridloop.engines import scratch_engines
from kit.auth import Role

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
    with scratch_engines() as engines, survey_service(engines) as served, _analyst(served) as client:
        url = served.database
        before = _measured(client, url, few, quick=quick)
        after = _measured(client, url, many, quick=quick)
        asyncio.run(prepare(url, answers))
        first = ask(client, resamples=0)
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
        Figure("LMG, 12 drivers", point, "s", max(1.5, 5 * share), reference=first),
        Figure(f"LMG, {resamples} bootstraps", repeated, "s", max(4, 120 * share * resamples / 1_000)),
    ]
    size = {"few": few, "many": many, "questions": len(QUESTIONS), "analysed": answers}
    return report("insights", size, figures)


def _analyst(served: Served) -> httpx.Client:
    headers = {"Authorization": f"Bearer {served.token([Role.ANALYST])}"}
    return httpx.Client(base_url=f"{served.url}/v1/insights/", headers=headers, timeout=60)


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
