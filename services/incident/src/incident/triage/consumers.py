"""Every received call is understood here, outside the caller's request."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from incident.triage import service
from kit.context import Context
from kit.contracts.incident import TroubleCallReceived
from kit.events import Consumers, Event

consumers = Consumers()


@consumers.on(TroubleCallReceived)
async def understand_call(session: AsyncSession, event: Event[Any], context: Context) -> None:
    await service.understand(session, event.data.call_id, context)
