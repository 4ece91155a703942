import pytest

from tests.responsibility.company import build
from tests.support.services import Service


@pytest.fixture(scope="module")
async def company(responsibility: Service) -> Service:
    """The responsibility service with the model company in it."""
    await build(responsibility)
    return responsibility
