"""What tests of messages do: queue, send, look."""

from dataclasses import dataclass
from typing import Any

from kit.messages import Draft, send_many
from tests.kit.messages.servers import Mailbox, MessageGateway
from tests.support.services import Service

SECRET = "a secret of the message gateway, long enough"
PHONE = "+8613800000001"


@dataclass
class Posting:
    service: Service
    box: Mailbox | None = None
    gateway: MessageGateway | None = None

    async def queue(self, *drafts: Draft) -> None:
        async with self.service.runtime.database.writing() as session:
            await send_many(session, self.service.runtime.context, drafts)

    async def send(self, *drafts: Draft) -> None:
        """Queues them and sends all that is due."""
        await self.queue(*drafts)
        while await self.service.runtime.messages.send_some():
            pass

    async def send_again(self) -> None:
        """What was put off is due now."""
        await self.service.sql("UPDATE message SET retry_at = now() WHERE state = 'waiting'")
        if "gateway" in (channels := self.service.runtime.messages.channels):
            channels["gateway"]._paused_until = 0.0  # type: ignore[attr-defined]
        await self.send()

    async def row(self, key: str) -> Any:
        (row,) = await self.service.sql("SELECT * FROM message WHERE key = $1", key)
        return row

    async def states(self, *keys: str) -> list[str]:
        return [(await self.row(key))["state"] for key in keys]


def sms(key: str, body: str = "x", **more: Any) -> Draft:
    return Draft(key, PHONE, body, "gateway", **more)


def mail(key: str, to: str = "a@example.com", **more: Any) -> Draft:
    return Draft(key, to, "x", "email", **more)
