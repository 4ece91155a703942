"""The gateway with upstreams of a test's own, all over real sockets."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from tests.gateway.serving import Starting, serving
from tests.support.services import Service, running


@pytest.fixture(scope="module")
def starting(engines: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Starting:
    """``async with starting(survey=app, operator={...}, forward_seconds="1") as gateway``.

    An app stands for that service, a text for its URL, a dictionary for a file, anything else for a setting.
    """

    @asynccontextmanager
    async def start(**given: Any) -> AsyncIterator[Service]:
        folder = tmp_path_factory.mktemp("gateway")
        async with AsyncExitStack() as stack:
            peers: dict[str, str] = {}
            extra: dict[str, str] = {}
            for name, value in given.items():
                if name in {"survey", "incident", "responsibility"}:
                    url = value if isinstance(value, str) else await stack.enter_async_context(serving(value))
                    peers[name] = url
                elif isinstance(value, dict):
                    file = folder / f"{name}.json"
                    file.write_text(json.dumps(value))
                    extra[f"GRIDLOOP_{name.upper()}"] = str(file)
                else:
                    extra[f"GRIDLOOP_{name.upper()}"] = str(value)
            extra["GRIDLOOP_PEERS"] = json.dumps(peers)
            yield await stack.enter_async_context(running(engines, "gateway", folder, **extra))

    return start
