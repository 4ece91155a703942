"""Anonymous answers: no row here may be joined with a person, whatever columns one looks at.

Nothing refers to an invitation or a contact, there is no time but a day, and ids are keyed hashes of what phones made.
Free texts may name somebody: they are sealed under the service's own key.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base


class AnonymousWaiting(Base):
    """An answer until enough others are there: sealed as a whole, beside the keyed hash of its invitation."""

    __tablename__ = "anonymous_waiting"

    spent: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id"), index=True)
    sealed: Mapped[bytes]


class AnonymousSpent(Base):
    """The keyed hash of an invitation whose answer is counted; the answer itself stands elsewhere."""

    __tablename__ = "anonymous_spent"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class AnonymousResponse(Base):
    """One of at least five answers that agree in everything but ``answers``, ``words`` and ``digest``."""

    __tablename__ = "anonymous_response"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id"), index=True)
    questionnaire_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaire.id"))
    unit: Mapped[str]
    sub_process: Mapped[str | None]
    segment: Mapped[str | None]
    trigger: Mapped[str]
    day: Mapped[date] = mapped_column(index=True)
    digest: Mapped[str]
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    words: Mapped[bytes | None]
