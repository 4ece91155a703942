"""The service against its own OpenAPI document: whatever fits it or not, each answer is one that it describes."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import response_schema_conformance

from kit.auth import Role, Signer
from kit.auth.keys import read_key
from survey.app import create_app
from tests.support.databases import fresh_database, variables
from tests.support.processes import free_port

pytestmark = pytest.mark.timeout(180)

EXAMPLES = 5
PEOPLE = tuple(role for role in Role if role is not Role.SERVICE)
CHECKS = [not_a_server_error, response_schema_conformance]


@pytest.fixture(scope="module")
async def told(engines: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The environment of a service on a database of its own."""
    async with fresh_database(engines, "survey") as environment:
        del environment["GRIDLOOP_NATS_URL"]
        files = str(tmp_path_factory.mktemp("files"))
        async with variables(environment | {"GRIDLOOP_ROLE": "api", "GRIDLOOP_FILES": files}):
            yield environment


@pytest.fixture(scope="module")
def served(told: dict[str, str]) -> Iterator[str]:
    """The real app in a server of its own: schemathesis is no coroutine."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(), port=port, access_log=False, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield url
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def headers(engines: dict[str, Any], served: str) -> dict[str, str]:
    """Of somebody with every role, so that requests reach what they are about."""
    key = read_key(Path(engines["environment"]["gateway"]["GRIDLOOP_SIGNING_KEY"]))
    token = Signer("gateway", key).access("tester", PEOPLE, unit="/", seconds=3600)
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_every_operation_answers_as_the_document_says(
    served: str, headers: dict[str, str], mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_url(f"{served}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 40
    faults = [fault for one in operations if (fault := _fault(one, headers, mode)) is not None]
    assert faults == []


def _fault(operation: Any, headers: dict[str, str], mode: GenerationMode) -> str | None:
    """What the first wrong answer was; None where all were right."""

    @seed(2026)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers(case: Any) -> None:
        answer = case.call(headers=headers, timeout=20)
        case.validate_response(answer, checks=CHECKS)
        _require_problem(answer)

    try:
        answers()
    except Unsatisfiable:
        return None  # it asks for nothing that could be wrong
    except Exception as fault:  # noqa: BLE001 - all operations are tried, and their faults told together
        return f"{operation.method.upper()} {operation.path}: {type(fault).__name__}: {str(fault)[:800]}"
    return None


def _require_problem(answer: Any) -> None:
    if answer.status_code < httpx.codes.BAD_REQUEST:
        return
    assert answer.headers["content-type"][0] == "application/problem+json", answer.content
    body = answer.json()
    assert body["status"] == answer.status_code
    assert {"type", "title", "detail"} <= body.keys()
    assert all({"pointer", "detail"} <= error.keys() for error in body.get("errors", []))
