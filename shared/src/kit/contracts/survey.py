"""Events of the survey service."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from kit.contracts.base import Payload

STREAM = "survey"
RESPONSES = "survey-responses"

Trigger = Literal["order_completed", "incident_restored", "case_closed", "action_done", "none"]
Driver = Literal[
    "staff_conduct",
    "staff_skill",
    "reliability",
    "emergency_response",
    "billing_accuracy",
    "problem_solving",
    "convenience",
    "price",
    "information",
]
"""What moves satisfaction: scores, cases and findings name it alike."""


class InvitationIssued(Payload):
    """A customer was asked; ``trigger_id`` is the order, incident or case that gave the occasion."""

    type: ClassVar[str] = "gridloop.survey.invitation.issued.v1"
    stream: ClassVar[str] = STREAM

    invitation_id: UUID
    campaign_id: UUID
    trigger: Trigger
    trigger_id: UUID | None = None
    sub_process: str | None = None
    channel: str
    issued_at: datetime
    expires_at: datetime


class RoundPlanned(Payload):
    """A campaign's round asked ``issued`` of the ``wanted`` customers that it drew.

    Stands for the invitations of a round, which have no event each: a million of them would be told in vain.
    """

    type: ClassVar[str] = "gridloop.survey.round.planned.v1"
    stream: ClassVar[str] = STREAM

    round_id: UUID
    campaign_id: UUID
    number: int
    trigger: Trigger
    trigger_id: UUID | None = None
    wanted: int
    issued: int
    planned_at: datetime


class ResponseReceived(Payload):
    """A complete answer was stored. On a stream of its own because of its volume."""

    type: ClassVar[str] = "gridloop.survey.response.received.v1"
    stream: ClassVar[str] = RESPONSES

    response_id: UUID
    invitation_id: UUID | None
    questionnaire: str
    version: int
    sub_process: str | None = None
    received_at: datetime


class LowItem(Payload):
    """One item answered at 2 or less of 5 (mapped)."""

    type: ClassVar[str] = ""
    stream: ClassVar[str] = ""

    driver: str | None = None
    need: str | None = None
    sub_process: str | None = None
    score: float


class DissatisfactionReported(Payload):
    """A complete answer has low items. Never carries text: the words stay in survey."""

    type: ClassVar[str] = "gridloop.survey.dissatisfaction.reported.v1"
    stream: ClassVar[str] = STREAM

    response_id: UUID
    invitation_id: UUID | None
    trigger: Trigger = "none"
    trigger_id: UUID | None = None
    items: list[LowItem]
    may_contact: bool
    unit_may_know: bool
    reported_at: datetime


class SolvedAnswered(Payload):
    """The follow-up to a closed case was answered: was the matter solved for the customer?"""

    type: ClassVar[str] = "gridloop.survey.follow_up.answered.v1"
    stream: ClassVar[str] = STREAM

    response_id: UUID
    case_id: UUID
    solved: bool
    answered_at: datetime


class ContactErased(Payload):
    """A person was erased on request: the account in the envelope is to be forgotten wherever it is known.

    ``answers``: how many stay, as figures that lead to nobody.
    """

    type: ClassVar[str] = "gridloop.survey.contact.erased.v1"
    stream: ClassVar[str] = STREAM

    contact_id: UUID
    erased_at: datetime
    answers: int


class EffectMeasured(Payload):
    """Later customers against earlier ones, for one finding under watch.

    ``difference`` = after - before in points of the five-point score; ``low`` and ``high`` bound it at
    ``confidence``. ``n_before`` and ``n_after`` are respondents, 0 for fewer than five: each side advances by five
    and more.
    """

    type: ClassVar[str] = "gridloop.survey.effect.measured.v1"
    stream: ClassVar[str] = STREAM

    finding_id: UUID
    sub_process: str
    driver: str | None
    unit: str
    before_from: datetime
    split_at: datetime
    after_to: datetime
    n_before: int
    n_after: int
    mean_before: float | None
    mean_after: float | None
    difference: float | None
    low: float | None
    high: float | None
    confidence: float
    method: str
    caveat: str | None = None
