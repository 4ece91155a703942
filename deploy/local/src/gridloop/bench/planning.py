"""``bench planning``: a campaign draws from a million customers and asks them, beside what the bare rows cost.

The customers are laid out in SQL; the campaign is planned through the service's own routes and by its own job. The
reference writes the same rows with their indexes once more, in one statement without any rule. The customers have no
number to write to: sending goes at its channels' pace, beside the planning, and would be measured with it.
"""

import asyncio
import time
from typing import Any

import asyncpg
import httpx

from gridloop.bench.exports import questionnaire
from gridloop.bench.figures import Figure, report
from gridloop.bench.served import Served, survey_service
from gridloop.engines import scratch_engines
from kit.auth import Role

GOAL, DRY_RUN_GOAL, START = 60.0, 20.0, 2.0  # seconds for a million, and for a timer and a job to begin
MILLION = 1_000_000
PATIENCE = 600.0
CONTACTS = """
    INSERT INTO contact (id, account, unit, data_key, language, segment, opt_out, consent, source_version,
        updated_at)
    SELECT uuidv7(), (7000000000 + n)::text, format('/city/d%s/hall-%s/', n % 20, n % 7),
        decode(repeat('00', 126), 'hex'), 'zh-CN', 'residential', n % 50 = 0, true, 1,
        now()
    FROM generate_series($1::int, $2::int) AS n
"""


def run(*, quick: bool) -> dict[str, Any]:
    count = 50_000 if quick else MILLION
    with scratch_engines() as engines, survey_service(engines) as served:
        figures = _measure(served, count)
    return report("planning", {"customers": count}, figures)


def _measure(served: Served, count: int) -> list[Figure]:
    headers = {"Authorization": f"Bearer {served.token([Role.ANALYST])}"}
    client = httpx.Client(base_url=served.url, headers=headers, timeout=90)
    questionnaire(client)
    asyncio.run(_lay_out(served.database, count))
    sample = _campaign(client, "sample", size=count // 10)
    began = time.perf_counter()
    client.post(f"/v1/campaigns/{sample}/dry-run", json={}).raise_for_status()
    dry_run = time.perf_counter() - began
    issued, planned = _plan(client, _campaign(client, "everybody"))
    bare = asyncio.run(_bare_rows(served.database))
    scale = count / MILLION
    return [
        Figure("drawn and planned", planned, "s", GOAL * scale + START, reference=bare),
        Figure("invitations", issued / planned, "a second", issued / (GOAL * scale + START), least=True),
        Figure("dry run of a tenth", dry_run, "s", DRY_RUN_GOAL * scale + START),
    ]


async def _lay_out(url: str, count: int) -> None:
    connection = await asyncpg.connect(url)
    for first in range(1, count + 1, 50_000):
        await connection.execute(CONTACTS, first, min(first + 49_999, count))
    await connection.execute("ANALYZE contact")
    await connection.close()


def _campaign(client: httpx.Client, code: str, **more: Any) -> str:
    body = {"code": code, "questionnaire": "after_order", "frame": {}, "strata": {"by": ["district"]}} | more
    made = client.post("/v1/campaigns", json=body)
    made.raise_for_status()
    return str(made.json()["id"])


def _plan(client: httpx.Client, campaign: str) -> tuple[int, float]:
    """How many were asked, and the seconds from activating the campaign to the end of its round."""
    began = time.perf_counter()
    client.post(f"/v1/campaigns/{campaign}/activate").raise_for_status()
    while time.perf_counter() - began < PATIENCE:
        rounds = client.get(f"/v1/campaigns/{campaign}/rounds").json()["items"]
        if rounds and rounds[0]["state"] == "planned":
            return rounds[0]["issued"], time.perf_counter() - began
        time.sleep(0.1)
    raise RuntimeError(f"The round was not planned within {PATIENCE:.0f} s: {rounds}")


async def _bare_rows(url: str) -> float:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE bare (LIKE invitation INCLUDING ALL)")
    began = time.perf_counter()
    await connection.execute("INSERT INTO bare SELECT * FROM invitation")
    took = time.perf_counter() - began
    await connection.close()
    return took
