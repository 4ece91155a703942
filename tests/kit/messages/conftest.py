"""A service with all three channels, each to a real server of the tests' own."""

from contextlib import AsyncExitStack

import pytest

from tests.kit.ledger.app import MIGRATIONS, create_app
from tests.kit.messages.posting import SECRET, Posting
from tests.kit.messages.servers import mail_server, message_gateway
from tests.support.services import running


@pytest.fixture(scope="module")
async def post(engines, tmp_path_factory):
    files = tmp_path_factory.mktemp("files")
    (files / "gateway.secret").write_text(f"{SECRET}\n")
    async with AsyncExitStack() as stack:
        box = await stack.enter_async_context(mail_server())
        gateway = await stack.enter_async_context(message_gateway())
        environment = {
            "GRIDLOOP_SMTP_URL": f"smtp://127.0.0.1:{box.port}",
            "GRIDLOOP_MAIL_FROM": "Gridloop <survey@power.example>",
            "GRIDLOOP_MESSAGE_GATEWAY_URL": gateway.url,
            "GRIDLOOP_MESSAGE_GATEWAY_SECRET": str(files / "gateway.secret"),
        }
        made = running(engines, "survey", files, create_app, folder=MIGRATIONS.parent, **environment)
        yield Posting(await stack.enter_async_context(made), box, gateway)


@pytest.fixture
async def lone(engines, tmp_path):
    """Services with a channel of their own, made one by one from settings."""
    async with AsyncExitStack() as stack:

        async def start(**environment):
            made = running(engines, "survey", tmp_path, create_app, folder=MIGRATIONS.parent, **environment)
            return Posting(await stack.enter_async_context(made))

        yield start
