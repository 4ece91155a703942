"""Writing an incident's timeline, and reading it in the order in which things happened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from incident.timeline.models import TimelineEntry
from kit.context import Context
from kit.ids import new_id

SYSTEM = "service:incident"


def note(
    session: AsyncSession,
    incident_id: UUID,
    unit: str,
    kind: str,
    *,
    happened_at: datetime,
    by: str,
    context: Context,
    facts: dict[str, Any] | None = None,
    words: str | None = None,
) -> None:
    """Adds an entry; ``by`` is who recorded it, ``words`` are free text and kept sealed."""
    entry_id = new_id()
    session.add(
        TimelineEntry(
            id=entry_id,
            incident_id=incident_id,
            unit=unit,
            kind=kind,
            happened_at=happened_at,
            recorded_at=context.clock.now(),
            recorded_by=by,
            facts=facts or {},
            note=context.keyring.seal(entry_id, words) if words else None,
        )
    )


def words_of(entry_id: UUID, sealed: bytes | None, context: Context) -> str | None:
    return context.keyring.open(entry_id, sealed) if sealed is not None else None
