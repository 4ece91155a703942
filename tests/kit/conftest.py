"""The ledger as publisher and as reader."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.kit.ledger.app import MIGRATIONS, create_app, create_reading_app
from tests.support.services import Service, running


@pytest.fixture(scope="module")
async def ledger(engines: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    files = tmp_path_factory.mktemp("files")
    async with running(engines, "survey", files, create_app, folder=MIGRATIONS.parent) as service:
        yield service


@pytest.fixture(scope="module")
async def reader(engines: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    files = tmp_path_factory.mktemp("files")
    async with running(engines, "responsibility", files, create_reading_app, folder=MIGRATIONS.parent) as service:
        yield service
