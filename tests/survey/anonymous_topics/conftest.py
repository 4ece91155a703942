"""An anonymous campaign among the confidential ones."""

import pytest

from tests.survey.asking import Asking


@pytest.fixture(scope="module")
async def secret(asking: Asking) -> Asking:
    await asking.campaign("secret", questionnaire="after_order", trigger="none", confidentiality="anonymous")
    return asking
