"""Answers as they were given."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class Response(Base):
    """``answers`` without the texts; those are ``words``, sealed JSON by item. The phone made the id.

    ``started_at`` and ``answered_at`` are the phone's clock, ``received_at`` is ours. ``device``: the keyed hash of
    what the page knows its device by. ``source``: the system that an answer from before was imported from. No
    invitation leads to those, and no contact to those of an erased person.
    """

    __tablename__ = "response"
    __table_args__ = (CheckConstraint("revision >= 1", name="revision"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey("invitation.id"), unique=True)
    questionnaire_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaire.id"))
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"), index=True)
    unit: Mapped[str]
    sub_process: Mapped[str | None]
    trigger: Mapped[str]
    trigger_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime] = mapped_column(TIME)
    revision: Mapped[int]
    digest: Mapped[str]
    complete: Mapped[bool]
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    words: Mapped[bytes | None]
    language: Mapped[str | None]
    segment: Mapped[str | None]
    may_contact: Mapped[bool]
    unit_may_know: Mapped[bool]
    started_at: Mapped[datetime | None] = mapped_column(TIME)
    answered_at: Mapped[datetime | None] = mapped_column(TIME)
    received_at: Mapped[datetime] = mapped_column(TIME, index=True)
    device: Mapped[bytes | None]
    source: Mapped[str | None]
