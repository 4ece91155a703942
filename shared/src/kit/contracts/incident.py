"""Events of the incident service."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from kit.contracts.base import Payload

STREAM = "incident"
INTERRUPTIONS = "incident-interruptions"

Area = Literal["city", "rural", "remote"]


class TroubleCallReceived(Payload):
    type: ClassVar[str] = "gridloop.incident.trouble_call.received.v1"
    stream: ClassVar[str] = STREAM

    call_id: UUID
    danger: bool
    received_at: datetime


class IncidentOpened(Payload):
    """Responsibility opens the fault order (route FAULT) that mirrors it."""

    type: ClassVar[str] = "gridloop.incident.incident.opened.v1"
    stream: ClassVar[str] = STREAM

    incident_id: UUID
    number: str
    device: str | None
    area: Area
    customers_out: int
    began_at: datetime


class IncidentProgressed(Payload):
    """A step of the life cycle was reached; the mirrored order follows it, people close its gates."""

    type: ClassVar[str] = "gridloop.incident.incident.progressed.v1"
    stream: ClassVar[str] = STREAM

    incident_id: UUID
    state: str
    happened_at: datetime


class IncidentRestored(Payload):
    """The last customer is back."""

    type: ClassVar[str] = "gridloop.incident.incident.restored.v1"
    stream: ClassVar[str] = STREAM

    incident_id: UUID
    number: str
    cause: str | None
    began_at: datetime
    restored_at: datetime
    steps: int
    customers: int
    customer_minutes: float


class InterruptionEnded(Payload):
    """One customer's interruption, exact; ``account`` stands in the envelope."""

    type: ClassVar[str] = "gridloop.incident.interruption.ended.v1"
    stream: ClassVar[str] = INTERRUPTIONS

    interruption_id: UUID
    incident_id: UUID
    step: int
    began_at: datetime
    ended_at: datetime
    minutes: float
    sustained: bool


class DisturbanceRecorded(Payload):
    """A voltage dip hit one customer, no interruption; ``account`` stands in the envelope."""

    type: ClassVar[str] = "gridloop.incident.disturbance.recorded.v1"
    stream: ClassVar[str] = INTERRUPTIONS

    disturbance_id: UUID
    kind: Literal["dip"]
    happened_at: datetime
    residual_percent: float
    duration_ms: int
