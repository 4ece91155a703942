"""The event log: rows in the caller's transaction, written at its end by the session that commits."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.base import Payload, Ready
from kit.db.engine import CLOCK, PENDING
from kit.ids import new_id
from kit.lineage import Lineage, current


def emit(
    session: AsyncSession,
    payload: Payload | Ready,
    *,
    subject: str,
    unit: str | None = None,
    account: str | None = None,
    aggregate_version: int | None = None,
    correlation: str | None = None,
    time: datetime | None = None,
    lineage: Lineage | None = None,
) -> None:
    """Adds an event to the session's transaction; it is published after the commit, exactly as committed.

    ``subject`` is the aggregate: events of one subject keep their order everywhere. ``correlation`` names the
    story, by default that of the request or event being handled, or the subject where a story begins.
    ``lineage``: where the change comes from, by default what is being handled now.
    """
    lineage = lineage or current.get()
    row: dict[str, Any] = {
        "id": new_id(),
        "stream": payload.stream,
        "type": payload.type,
        "subject": subject,
        "aggregate_version": aggregate_version,
        "unit": unit,
        "account": account,
        "time": time or session.info[CLOCK].now(),
        "data": payload.as_json(),
        "correlation": correlation or lineage.correlation or subject,
        "causation": lineage.causation,
        "traceparent": lineage.traceparent,
    }
    session.info.setdefault(PENDING, []).append(row)
