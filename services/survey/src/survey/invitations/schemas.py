"""Invitations over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from survey.campaigns.occasion import Trigger
from survey.contacts.schemas import Account, UnitPath
from survey.questionnaires.definition import Code, Definition, SubProcess

MOST_LINKS = 500
TokenText = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class InvitationIn(BaseModel):
    """Asks one customer by hand, in an active campaign; the rest period and the opt-out hold as ever.

    ``occurred_at`` is when the service happened that is asked about, by default now.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "campaign": "after_order",
                "account": "3100000001",
                "unit": "/city/east/hall-1/",
                "sub_process": "BE-12",
            }
        },
    )

    campaign: Code
    account: Account
    unit: UnitPath
    sub_process: SubProcess | None = None
    trigger_id: UUID | None = None
    occurred_at: AwareDatetime | None = None


class InvitationOut(BaseModel):
    """Without the token: that is read by ``POST /v1/invitations/{id}/link`` alone.

    ``delivery_detail``: what the mail system said of it, such as ``bounced 5.1.1``. ``reminders_missed``: those that
    were due before the invitation expired and could not leave, because nothing was sent at that time.
    ``account`` and ``trigger_id`` are null for who is not the sending system: which customer answered is confidential.
    """

    id: UUID
    campaign_id: UUID
    account: str | None
    unit: str
    trigger: Trigger
    trigger_id: UUID | None
    sub_process: str | None
    occurred_at: datetime
    issued_at: datetime
    expires_at: datetime
    channel: str
    language: str
    confidentiality: Literal["confidential", "anonymous"]
    stratum: str
    delivery_state: Literal["waiting", "queued", "sent", "delivered", "failed", "bounced", "withheld"]
    delivery_detail: str | None
    sent_at: datetime | None
    reminders: int
    reminders_missed: int


class InvitationLink(BaseModel):
    """The customer's key: for the channel that sends it and for nobody else. ``code`` opens as the token does."""

    invitation_id: UUID
    token: str
    link: str
    code: str
    short_link: str
    expires_at: datetime


class LinksWanted(BaseModel):
    """The invitations whose keys a channel is about to send; one may be named twice."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"invitations": ["0192f3a0-0000-7000-8000-000000000001"]}}
    )

    invitations: Annotated[list[UUID], Field(min_length=1, max_length=MOST_LINKS)]


class LinkResult(BaseModel):
    """One invitation's own outcome, at its place: ``link`` where there is one, else ``problem``."""

    status: int
    link: InvitationLink | None = None
    problem: dict[str, Any] | None = None


class InvitationLinks(BaseModel):
    items: list[LinkResult]


class OpenRequest(BaseModel):
    """``invitation``: the token, or the code of a short link."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"invitation": "AZLzoAAAcACAAAAAAAAAAQAAAABoAAAA0LQX3mJ1F4xv8y6sYlq8nA"}},
    )

    invitation: TokenText


class OpenedQuestionnaire(BaseModel):
    """What the phone shows; ``token`` is what it answers with, whichever way it was opened."""

    invitation_id: UUID
    token: str
    confidentiality: Literal["confidential", "anonymous"]
    questionnaire: str
    version: int
    definition: Definition
    language: Literal["zh-CN", "en"]
    expires_at: datetime


class OptedOut(BaseModel):
    """The same for whoever says it again."""

    opted_out: Literal[True] = True
