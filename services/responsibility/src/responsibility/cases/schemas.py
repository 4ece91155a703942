"""What cases say and are told over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from kit.contracts.survey import Driver
from responsibility.cases.lifecycle import CaseState
from responsibility.cases.models import CaseSource
from responsibility.cases.restitution import Restitution
from responsibility.duties.schemas import SubProcessCode
from responsibility.orders.schemas import Account
from responsibility.organisation.schemas import Body, Path

Note = Annotated[str, Field(max_length=4000)]


class CaseIn(Body):
    """A case that somebody opens by hand; low answers and requests open theirs by themselves."""

    source: Literal["complaint", "not_solved"]
    unit: Path
    account: Account | None = None
    sub_process: SubProcessCode
    driver: Driver | None = None
    order_id: UUID | None = None
    may_contact: bool = True
    opened_at: AwareDatetime | None = None
    note: Note | None = None


class CaseMove(Body):
    """``note`` is kept sealed. The customer's own words stay where they were said."""

    happened_at: AwareDatetime | None = None
    note: Note | None = None


class AnswerIn(CaseMove):
    """``restitution``: how the customer is to be made good; what is promised must be made before the closing."""

    restitution: Restitution


class RestitutionIn(CaseMove):
    """``amount_fen`` and ``voucher`` as the kind needs them. No money is moved here."""

    kind: Literal["refund", "correction", "apology", "compensation"]
    amount_fen: Annotated[int, Field(ge=0, le=10**12)] | None = None
    voucher: Annotated[str, Field(max_length=60)] | None = None


class CaseOut(BaseModel):
    """``unit`` may see it, ``about_unit`` served the customer; ``restitution`` is what the answer promised.

    ``correlation`` names the story in the events: the invitation's where the case came from a named answer.
    """

    id: UUID
    number: str
    source: CaseSource
    state: CaseState
    unit: str
    about_unit: str
    account: str | None
    response_id: UUID | None
    request_id: UUID | None
    order_id: UUID | None
    incident_id: UUID | None
    sub_process: str
    driver: str | None
    score: float | None
    may_contact: bool
    opened_at: datetime
    due_at: datetime
    escalated_at: datetime | None
    contacted_at: datetime | None
    answered_at: datetime | None
    called_back_at: datetime | None
    closed_at: datetime | None
    in_time: bool | None
    reopened: int
    restitution: Restitution | None
    correlation: str | None


class RestitutionOut(BaseModel):
    kind: Restitution
    amount_fen: int | None
    voucher: str | None
    made_at: datetime
    recorded_by: str


class StepOut(BaseModel):
    """``note`` only for those who handle cases."""

    move: str
    happened_at: datetime
    recorded_at: datetime
    employee: str | None
    note: str | None


class CaseDetail(CaseOut):
    restitutions: list[RestitutionOut]
    steps: list[StepOut]
