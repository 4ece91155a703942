"""CloudEvents 1.0, structured JSON: one body on NATS, in the feed and in webhooks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from kit.contracts.base import Payload, publisher_of
from kit.events.handlers import Event

SEQUENCE_DIGITS = 20


def envelope(row: Any, epoch: UUID, sequence: int) -> dict[str, Any]:
    """``row``: one of the table ``event``."""
    body: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(row.id),
        "type": row.type,
        "source": f"/services/{publisher_of(row.type)}",
        "subject": row.subject,
        "time": row.time.isoformat(),
        "datacontenttype": "application/json",
        "epoch": str(epoch),
        "stream": row.stream,
        "sequence": f"{sequence:0{SEQUENCE_DIGITS}d}",
    }
    optional = {
        "unit": row.unit,
        "account": row.account,
        "aggregateversion": row.aggregate_version,
        "correlationid": row.correlation,
        "causationid": row.causation,
        "traceparent": row.traceparent,
    }
    body |= {name: value for name, value in optional.items() if value is not None}
    body["data"] = row.data
    return body


def event_of(body: dict[str, Any], payload: type[Payload]) -> Event[Any]:
    """Raises pydantic.ValidationError where the data does not fit the contract."""
    return Event(
        id=UUID(body["id"]),
        type=body["type"],
        subject=body["subject"],
        publisher=publisher_of(body["type"]),
        stream=body["stream"],
        sequence=int(body["sequence"]),
        time=datetime.fromisoformat(body["time"]),
        data=payload.model_validate(body["data"]),
        unit=body.get("unit"),
        account=body.get("account"),
        correlation=body.get("correlationid"),
    )
