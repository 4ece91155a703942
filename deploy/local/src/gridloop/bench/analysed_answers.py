"""Answers to nine drivers, with what their customers lived through: what a driver analysis gathers."""

import time
from typing import Any, get_args

import asyncpg
import httpx

from kit.contracts.survey import Driver

ACCEPTED, PATIENCE, POLL = 202, 600.0, 0.05
DRIVERS = get_args(Driver)
EXPERIENCES = ("outage_hours", "interruptions", "late_stages")
# As the services' own rows, but without seals: nothing here opens them.
PEOPLE = """
CREATE UNLOGGED TABLE bench_person AS
SELECT gen_random_uuid() AS contact, gen_random_uuid() AS response, (5000000000 + i)::text AS account, random() AS mood,
    (random() * 300)::int AS outage, (random() < 0.3)::int AS late
FROM generate_series(1, $1) AS i
"""
QUESTIONNAIRE = """
INSERT INTO questionnaire SELECT (jsonb_populate_record(NULL::questionnaire, jsonb_build_object(
    'id', '01a20000-0000-7000-8000-0000000000bb', 'code', 'bench', 'version', 1, 'state', 'published', 'revision', 1,
    'definition', '{}'::jsonb, 'created_at', TIMESTAMPTZ '2026-01-01'))).*
"""
CONTACTS = """
INSERT INTO contact SELECT (jsonb_populate_record(NULL::contact, jsonb_build_object(
    'id', contact, 'account', account, 'unit', '/city/', 'data_key', '\\x00', 'language', 'en', 'opt_out', false,
    'consent', true, 'source_version', 1, 'updated_at', TIMESTAMPTZ '2026-01-01', 'priorities', '[]'::jsonb))).*
FROM bench_person
"""
RESPONSES = """
INSERT INTO response SELECT (jsonb_populate_record(NULL::response, jsonb_build_object(
    'id', response, 'questionnaire_id', '01a20000-0000-7000-8000-0000000000bb', 'contact_id', contact,
    'unit', '/city/', 'trigger', 'order_completed', 'occurred_at', TIMESTAMPTZ '2026-02-01', 'revision', 1,
    'digest', '', 'complete', true, 'answers', '{}'::jsonb, 'may_contact', false, 'unit_may_know', false,
    'received_at', TIMESTAMPTZ '2026-02-01'))).*
FROM bench_person
"""
SCORES = """
INSERT INTO score (response_id, driver, unit, sub_process, teams, "trigger", occurred_at, value)
SELECT response, driver, '/city/', NULL, '{}', 'order_completed', TIMESTAMPTZ '2026-02-01',
    greatest(1, least(5, round(2 + 3 * mood + random() * 2 - 1 - (driver = '')::int * outage / 300.0)))
FROM bench_person, unnest($1::text[]) AS driver
"""
EXPOSURES = """
INSERT INTO exposure (account, day, outage_minutes, interruptions, momentary, late_stages, returned_handovers)
SELECT account, DATE '2026-01-15', outage, 1 + outage / 100, 0, late, 0 FROM bench_person WHERE outage > 60
"""


async def prepare(url: str, count: int) -> None:
    """So many customers who answered everything once."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET synchronous_commit = off")
        await connection.execute(PEOPLE, count)
        for statement in (QUESTIONNAIRE, CONTACTS, RESPONSES, EXPOSURES):
            await connection.execute(statement)
        await connection.execute(SCORES, ["", *DRIVERS])
        await connection.execute("DROP TABLE bench_person")
        await connection.execute("VACUUM (ANALYZE) score, response, contact, exposure")
    finally:
        await connection.close()


def ask(client: httpx.Client, *, resamples: int) -> float:
    """Seconds from asking for the shares of twelve drivers to their stored result."""
    body = {
        "kind": "drivers_lmg",
        "drivers": DRIVERS,
        "experiences": EXPERIENCES,
        "resamples": resamples,
        "seed": 1,
    }
    began = time.perf_counter()
    answer = client.post("analyses", json=body)
    if answer.status_code != ACCEPTED:
        raise RuntimeError(f"The analysis answered {answer.status_code}: {answer.text[:300]}")
    job = _ended(client, answer.json()["job"])
    found: dict[str, Any] = client.get(f"analyses/{job}").json()
    if found["result"] is None:
        raise RuntimeError(f"The analysis has no result: {found['reason']}")
    return time.perf_counter() - began


def _ended(client: httpx.Client, job: str) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        state = client.get(f"jobs/{job}").json()
        if state["state"] == "done":
            return job
        if state["state"] in {"failed", "stopped"}:
            raise RuntimeError(f"The analysis {state['state']}: {state['error']}")
        time.sleep(POLL)
    raise RuntimeError(f"The analysis was not done after {PATIENCE:.0f} s.")
