"""CloudEvents 1.0, structured JSON: one body on NATS, in the feed and in webhooks."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.contracts.base import Payload, publisher_of
from kit.events.handlers import Event

SEQUENCE_DIGITS = 20
OPTIONAL = {
    "unit": "unit",
    "account": "account",
    "aggregateversion": "aggregate_version",
    "correlationid": "correlation",
    "causationid": "causation",
    "traceparent": "traceparent",
}


def envelope(row: Mapping[str, Any], epoch: UUID, sequence: int) -> dict[str, Any]:
    """``row``: one of the table ``event``, its ``data`` decoded."""
    return _attributes(row, epoch, sequence) | {"data": row["data"]}


def serialised(row: Mapping[str, Any], epoch: UUID, sequence: int) -> bytes:
    """The same as JSON, from a row whose ``data`` is JSON text still: it need not be read to be sent."""
    attributes = json.dumps(_attributes(row, epoch, sequence), ensure_ascii=False)
    return f'{attributes[:-1]}, "data": {row["data"]}}}'.encode()


def _attributes(row: Mapping[str, Any], epoch: UUID, sequence: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(row["id"]),
        "type": row["type"],
        "source": f"/services/{publisher_of(row['type'])}",
        "subject": row["subject"],
        "time": row["time"].isoformat(),
        "datacontenttype": "application/json",
        "epoch": str(epoch),
        "stream": row["stream"],
        "sequence": f"{sequence:0{SEQUENCE_DIGITS}d}",
    }
    return body | {name: row[column] for name, column in OPTIONAL.items() if row[column] is not None}


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
