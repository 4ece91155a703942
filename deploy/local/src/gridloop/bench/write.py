"""``bench write``: what a write endpoint adds to its SQL.

One client, one request after the other, so that nothing waits in a queue: token check, validation, encryption,
session, rendering and HTTP are what is left when the driver's time for the statements is taken off. The
endpoint is ``PUT /v1/contacts/{account}`` (a new contact each time: two sealed values, one hash, one upsert).
"""

import json
import time
from typing import Any

from gridloop.bench.connection import Connection, header, put
from gridloop.bench.figures import Figure, quantile, report
from gridloop.bench.served import survey_service
from gridloop.engines import scratch_engines
from kit.auth import Role

WARM_UP = 200
OK = 200


def run(*, quick: bool) -> dict[str, Any]:
    requests = 1_000 if quick else 5_000
    with scratch_engines() as engines, survey_service(engines) as served:
        whole, sql = _measure(served.port, served.token([Role.INTEGRATOR]), requests)
    added = [1000 * (a - b) for a, b in zip(whole, sql, strict=True)]
    figures = [
        Figure("added to the SQL, p50", quantile(added, 0.5), "ms", 2, reference=1000 * quantile(sql, 0.5)),
        Figure("added to the SQL, p95", quantile(added, 0.95), "ms", 5, reference=1000 * quantile(sql, 0.95)),
    ]
    return report("write", {"requests": requests, "clients": 1}, figures)


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
