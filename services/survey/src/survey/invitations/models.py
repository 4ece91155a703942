"""Who was asked, when, and on what occasion."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class Invitation(Base):
    """``occurred_at`` is when the service happened that is asked about; ``correlation`` names the story.

    ``teams``: the unit that did each sub-process the service went through.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint(
            "\"trigger\" IN ('order_completed', 'incident_restored', 'case_closed', 'none')", name="trigger"
        ),
        UniqueConstraint("campaign_id", "trigger_id", "contact_id"),
        Index(
            "uq_invitation_follow_up", "trigger_id", unique=True, postgresql_where=text("\"trigger\" = 'case_closed'")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey("campaign.id"))
    questionnaire_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaire.id"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    unit: Mapped[str]
    trigger: Mapped[str]
    trigger_id: Mapped[UUID | None]
    sub_process: Mapped[str | None]
    teams: Mapped[dict[str, str]] = mapped_column(JSONB)
    occurred_at: Mapped[datetime] = mapped_column(TIME)
    issued_at: Mapped[datetime] = mapped_column(TIME)
    expires_at: Mapped[datetime] = mapped_column(TIME)
    channel: Mapped[str]
    language: Mapped[str]
    segment: Mapped[str | None]
    correlation: Mapped[str]
