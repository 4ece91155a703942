"""Findings under watch."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.contracts.responsibility import FindingClosed, FindingReopened, FindingVerified
from kit.events import Consumers, Event
from survey.effects import service

consumers = Consumers()


@consumers.on(FindingVerified)
async def begin(session: AsyncSession, event: Event[FindingVerified], context: Context) -> None:
    await service.watch(session, event, context)


@consumers.on(FindingClosed)
async def end(session: AsyncSession, event: Event[FindingClosed], context: Context) -> None:  # noqa: ARG001
    await service.stop(session, event.data.finding_id)


@consumers.on(FindingReopened)
async def interrupt(session: AsyncSession, event: Event[FindingReopened], context: Context) -> None:  # noqa: ARG001
    """Nothing is measured until it is verified again."""
    await service.stop(session, event.data.finding_id)
