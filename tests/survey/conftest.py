"""A survey service that asks after orders, after outages and after cases."""

import pytest

from tests.support.services import Service
from tests.survey.asking import Asking
from tests.survey.sampling import Sampling


@pytest.fixture(scope="module")
async def asking(survey: Service) -> Asking:
    return await Asking(survey).standard()


@pytest.fixture(scope="module")
async def sampling(survey: Service) -> Sampling:
    """For campaigns that draw: one published questionnaire, and nobody asked on occasions."""
    sampling = Sampling(survey)
    await sampling.publish("after_order")
    return sampling
