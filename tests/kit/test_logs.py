"""Logs carry ids and numbers, never what people wrote or where they can be called."""

import json
import subprocess
import sys
from typing import Any

import pytest

PHONE = "+8613800000001"


def logged(work: str) -> list[dict[str, Any]]:
    """What a process that logs as the services do writes to its standard output."""
    program = f"from kit.telemetry import logs\nlogs.configure('survey')\nlog = logs.logger('test')\n{work}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_one_line_of_json_with_service_and_level() -> None:
    (entry,) = logged("log.info('noted', entry=7)")
    assert (entry["message"], entry["entry"], entry["service"], entry["level"]) == ("noted", 7, "survey", "info")


def test_a_traceback_never_shows_what_a_variable_held() -> None:
    work = f"""
def call(number):
    raise RuntimeError("no number here")
try:
    call({PHONE!r}[::1])
except RuntimeError:
    log.exception('failed')
"""
    (entry,) = logged(work)
    assert entry["exception"][0]["exc_type"] == "RuntimeError"
    assert PHONE not in json.dumps(entry)


@pytest.mark.parametrize(
    "raised",
    [
        f"PostgresError.new({{'C': '23505', 'M': 'duplicate key', 'D': 'Key (phone)=({PHONE}) already exists.'}})",
        f"DataError('invalid input for query argument $1: {PHONE} (expected int)')",
    ],
)
def test_a_traceback_never_shows_what_a_database_error_quotes(raised: str) -> None:
    work = f"""
from asyncpg.exceptions import DataError, PostgresError
try:
    try:
        raise {raised}
    except Exception as fault:
        raise RuntimeError("not stored") from fault
except RuntimeError:
    log.exception('failed')
"""
    (entry,) = logged(work)
    assert len(entry["exception"]) == 2
    assert PHONE not in json.dumps(entry)


def test_other_libraries_log_in_the_same_form() -> None:
    (entry,) = logged("import logging\nlogging.getLogger('uvicorn.error').warning('lost %s', 'it')")
    assert (entry["message"], entry["logger"]) == ("lost it", "uvicorn.error")
