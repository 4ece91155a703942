"""What the message gateway says became of messages, signed as what it was sent (``kit.messages.signature``)."""

import time
from collections.abc import Sequence

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import Forbidden
from kit.messages.queue import told
from kit.messages.signature import SIGNATURE, TIMESTAMP, secrets_in, verify
from kit.messages.sources import Told
from kit.settings import ServiceSettings


class NoGateway(Forbidden):
    code = "no_message_gateway"


async def require_signature(request: Request) -> None:
    """A dependency: raises SignatureWrong unless the gateway signed this body, NoGateway where none is set up."""
    settings: ServiceSettings = request.app.state.runtime.settings
    if settings.message_gateway_secret is None:
        raise NoGateway("No message gateway is set up here; receipts come from one.")
    timestamp, signature = request.headers.get(TIMESTAMP, ""), request.headers.get(SIGNATURE, "")
    secrets = secrets_in(settings.message_gateway_secret)
    verify(secrets, await request.body(), timestamp=timestamp, signature=signature, now=time.time())


async def keep(session: AsyncSession, given: Sequence[Told]) -> list[Told]:
    """Those that were news; what is unknown, repeated or too late changes nothing."""
    ordered = sorted(given, key=lambda one: one.key)
    return [one for one in ordered if await told(session, one.key, one.state, one.at, channel="gateway")]
