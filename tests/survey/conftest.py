"""A survey service that asks after orders, after outages and after cases."""

import pytest

from tests.support.services import Service
from tests.survey.asking import Asking


@pytest.fixture(scope="module")
async def asking(survey: Service) -> Asking:
    return await Asking(survey).standard()
