"""Events of the responsibility service."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from kit.contracts.base import Payload

STREAM = "responsibility"

RootCause = Literal["RC1", "RC2", "RC3", "RC4"]


class UnitChanged(Payload):
    """A unit of the dated tree exists, moved, was renamed or ended; ``path`` is its path from then on."""

    type: ClassVar[str] = "gridloop.responsibility.unit.changed.v1"
    stream: ClassVar[str] = STREAM

    unit_id: UUID
    path: str
    name_zh: str
    name_en: str
    valid_from: datetime
    valid_to: datetime | None = None


class OrderOpened(Payload):
    type: ClassVar[str] = "gridloop.responsibility.order.opened.v1"
    stream: ClassVar[str] = STREAM

    order_id: UUID
    number: str
    route: str | None
    sub_process: str
    opened_at: datetime


class HandoverReturned(Payload):
    """The next post did not accept what the previous one handed on."""

    type: ClassVar[str] = "gridloop.responsibility.handover.returned.v1"
    stream: ClassVar[str] = STREAM

    order_id: UUID
    handover_id: UUID
    from_sub_process: str
    to_sub_process: str
    checkpoint: str | None
    returned_at: datetime


class StageCleared(Payload):
    """The last gate checkpoint of a stage that an incident has passed already was closed by people."""

    type: ClassVar[str] = "gridloop.responsibility.stage.cleared.v1"
    stream: ClassVar[str] = STREAM

    order_id: UUID
    sub_process: str
    cleared_at: datetime


class StageSummary(Payload):
    """One stage of a completed order, in the order of the route; ``unit``: the team that did it."""

    type: ClassVar[str] = ""
    stream: ClassVar[str] = ""

    sub_process: str
    post: str
    late: bool
    returns: int
    unit: str | None = None


class OrderCompleted(Payload):
    type: ClassVar[str] = "gridloop.responsibility.order.completed.v1"
    stream: ClassVar[str] = STREAM

    order_id: UUID
    number: str
    route: str | None
    sub_process: str
    opened_at: datetime
    completed_at: datetime
    stages: list[StageSummary]
    late_stages: int
    returned_handovers: int


class RequestOpened(Payload):
    """A customer brought a matter; a complaint becomes a case."""

    type: ClassVar[str] = "gridloop.responsibility.request.opened.v1"
    stream: ClassVar[str] = STREAM

    request_id: UUID
    number: str
    kind: Literal["enquiry", "service", "complaint", "suggestion"]
    source: str
    sub_process: str
    order_id: UUID | None = None
    opened_at: datetime
    due_at: datetime


class RequestNotSolved(Payload):
    """The customer says that what was called done is not solved; it becomes a case."""

    type: ClassVar[str] = "gridloop.responsibility.request.not_solved.v1"
    stream: ClassVar[str] = STREAM

    request_id: UUID
    sub_process: str
    order_id: UUID | None = None
    happened_at: datetime


class CaseOpened(Payload):
    type: ClassVar[str] = "gridloop.responsibility.case.opened.v1"
    stream: ClassVar[str] = STREAM

    case_id: UUID
    number: str
    source: Literal["low_answer", "complaint", "not_solved"]
    response_id: UUID | None = None
    sub_process: str
    driver: str | None = None
    opened_at: datetime
    due_at: datetime


class CaseAnswered(Payload):
    type: ClassVar[str] = "gridloop.responsibility.case.answered.v1"
    stream: ClassVar[str] = STREAM

    case_id: UUID
    answered_at: datetime
    restitution: Literal["none", "refund", "correction", "apology", "compensation"]


class CaseClosed(Payload):
    """Survey sends the one follow-up of a case on this event."""

    type: ClassVar[str] = "gridloop.responsibility.case.closed.v1"
    stream: ClassVar[str] = STREAM

    case_id: UUID
    response_id: UUID | None = None
    sub_process: str
    closed_at: datetime
    in_time: bool


class CaseEscalated(Payload):
    """The promise ran out before the case was closed; ``unit`` of the envelope is the one above."""

    type: ClassVar[str] = "gridloop.responsibility.case.escalated.v1"
    stream: ClassVar[str] = STREAM

    case_id: UUID
    due_at: datetime
    escalated_at: datetime


class CaseReopened(Payload):
    type: ClassVar[str] = "gridloop.responsibility.case.reopened.v1"
    stream: ClassVar[str] = STREAM

    case_id: UUID
    reopened_at: datetime


class FindingOpened(Payload):
    type: ClassVar[str] = "gridloop.responsibility.finding.opened.v1"
    stream: ClassVar[str] = STREAM

    finding_id: UUID
    number: str
    sub_process: str
    cause: str
    driver: str | None = None
    opened_at: datetime
    cases: int


class FindingAnalysed(Payload):
    type: ClassVar[str] = "gridloop.responsibility.finding.analysed.v1"
    stream: ClassVar[str] = STREAM

    finding_id: UUID
    root_cause: RootCause
    analysed_at: datetime


class ActionDone(Payload):
    type: ClassVar[str] = "gridloop.responsibility.action.done.v1"
    stream: ClassVar[str] = STREAM

    action_id: UUID
    finding_id: UUID
    kind: str
    post: str
    done_at: datetime


class FindingVerified(Payload):
    """The action was verified by another; survey begins to watch later comparable answers.

    Answers to orders and incidents before ``before_to`` are the comparison, those after ``effective_at`` the
    effect; ``minimum_n`` answers after it are needed.
    """

    type: ClassVar[str] = "gridloop.responsibility.finding.verified.v1"
    stream: ClassVar[str] = STREAM

    finding_id: UUID
    sub_process: str
    driver: str | None
    unit: str
    before_to: datetime
    effective_at: datetime
    minimum_n: int
    verified_at: datetime


class FindingClosed(Payload):
    type: ClassVar[str] = "gridloop.responsibility.finding.closed.v1"
    stream: ClassVar[str] = STREAM

    finding_id: UUID
    outcome: Literal["effect_proven", "effect_not_measurable"]
    closed_at: datetime


class FindingReopened(Payload):
    type: ClassVar[str] = "gridloop.responsibility.finding.reopened.v1"
    stream: ClassVar[str] = STREAM

    finding_id: UUID
    reopened_at: datetime
