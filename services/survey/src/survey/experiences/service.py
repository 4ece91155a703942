"""Adds up what customers live through."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from survey.experiences.models import Exposure
from survey.settings import settings_of

ADDED = ("outage_minutes", "interruptions", "momentary", "late_stages", "returned_handovers")


async def add(session: AsyncSession, account: str, at: datetime, context: Context, **more: float) -> None:
    """Adds to the account's day; the reader sees to it that each event is added once."""
    day = at.astimezone(ZoneInfo(settings_of(context).time_zone)).date()
    row: dict[str, Any] = {"account": account, "day": day} | dict.fromkeys(ADDED, 0) | more
    adding = insert(Exposure).values(row)
    sums = {name: func.coalesce(getattr(Exposure, name), 0) + getattr(adding.excluded, name) for name in more}
    await session.execute(adding.on_conflict_do_update(index_elements=["account", "day"], set_=sums))
