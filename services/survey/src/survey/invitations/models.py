"""Who was asked, when, and on what occasion."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class Invitation(Base):
    """``occurred_at`` is when the service happened that is asked about; ``correlation`` names the story.

    ``teams``: the unit that did each sub-process the service went through. ``send_at``: when the next message is due,
    the first or a reminder; null when none is. ``reminders_missed``: those that fell due in time and did not leave
    before the invitation expired. ``delivery_detail``: what the channel said of the delivery. Nothing about how it was
    used is kept where ``confidentiality`` is anonymous: ``opened_at``, ``answered_at`` and ``completed_at`` stay null.
    No index names what an answer changes, so that taking it in touches no index.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        # Looked up once for each row: an invitation asks with the questionnaire of its campaign and no other.
        ForeignKeyConstraint(["campaign_id", "questionnaire_id"], ["campaign.id", "campaign.questionnaire_id"]),
        CheckConstraint(
            "\"trigger\" IN ('order_completed', 'incident_restored', 'case_closed', 'action_done', 'none')",
            name="trigger",
        ),
        CheckConstraint("confidentiality IN ('confidential', 'anonymous')", name="confidentiality"),
        CheckConstraint(
            "confidentiality = 'confidential' OR (opened_at IS NULL AND answered_at IS NULL AND completed_at IS NULL)",
            name="anonymous",
        ),
        CheckConstraint(
            "delivery_state IN ('waiting', 'queued', 'sent', 'delivered', 'failed', 'bounced', 'withheld')",
            name="delivery_state",
        ),
        Index(
            "uq_invitation_occasion",
            "campaign_id",
            "trigger_id",
            "contact_id",
            unique=True,
            postgresql_where=text("trigger_id IS NOT NULL"),
        ),
        Index(
            "uq_invitation_follow_up", "trigger_id", unique=True, postgresql_where=text("\"trigger\" = 'case_closed'")
        ),
        # By contact, so that one index finds a person's invitations as well: those of no round are all distinct to it.
        Index("uq_invitation_round", "contact_id", "round_id", unique=True),
        CheckConstraint("reminders_missed >= 0", name="reminders_missed"),
        Index("ix_invitation_campaign_id_id", "campaign_id", "id"),
        Index("ix_invitation_send_at", "send_at", postgresql_where=text("send_at IS NOT NULL")),
        Index(
            "ix_invitation_served",
            "sub_process",
            "occurred_at",
            postgresql_where=text("\"trigger\" IN ('order_completed', 'incident_restored')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[UUID]
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaign_round.id"))
    questionnaire_id: Mapped[UUID]
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    confidentiality: Mapped[str] = mapped_column(server_default="confidential")
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
    stratum: Mapped[str] = mapped_column(server_default="all")
    correlation: Mapped[str]
    delivery_state: Mapped[str] = mapped_column(server_default="waiting")
    send_at: Mapped[datetime | None] = mapped_column(TIME)
    sent_at: Mapped[datetime | None] = mapped_column(TIME)
    delivered_at: Mapped[datetime | None] = mapped_column(TIME)
    delivery_detail: Mapped[str | None]
    reminders: Mapped[int] = mapped_column(server_default="0")
    reminders_missed: Mapped[int] = mapped_column(server_default="0")
    opened_at: Mapped[datetime | None] = mapped_column(TIME)
    answered_at: Mapped[datetime | None] = mapped_column(TIME)
    completed_at: Mapped[datetime | None] = mapped_column(TIME)
    opted_out_at: Mapped[datetime | None] = mapped_column(TIME)


class ShortCode(Base):
    """The code of a short link by its keyed hash: what stands here opens nothing."""

    __tablename__ = "short_code"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    invitation_id: Mapped[UUID] = mapped_column(ForeignKey("invitation.id"), unique=True)
