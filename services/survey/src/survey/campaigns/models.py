"""Campaigns: which occasions lead to a question, and to which."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class Campaign(Base):
    """``unit`` bounds whose service it asks about; ``sub_process`` stands in where an occasion names none."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'active', 'closed')", name="state"),
        CheckConstraint(
            "\"trigger\" IN ('order_completed', 'incident_restored', 'case_closed', 'none')", name="trigger"
        ),
        CheckConstraint("share >= 0 AND share <= 1", name="share"),
        Index(None, "trigger", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str]
    state: Mapped[str]
    questionnaire_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaire.id"))
    trigger: Mapped[str]
    sub_processes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sub_process: Mapped[str | None]
    share: Mapped[float]
    seed: Mapped[str]
    valid_days: Mapped[int]
    channel: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(TIME)
    activated_at: Mapped[datetime | None] = mapped_column(TIME)
    closed_at: Mapped[datetime | None] = mapped_column(TIME)
