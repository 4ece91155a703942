"""Versions of questionnaires."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class Questionnaire(Base):
    """``revision`` counts the edits of the draft; a trigger keeps published definitions as they are."""

    __tablename__ = "questionnaire"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("state IN ('draft', 'published', 'retired')", name="state"),
        Index("uq_questionnaire_code_draft", "code", unique=True, postgresql_where=text("state = 'draft'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[int]
    state: Mapped[str]
    revision: Mapped[int]
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(TIME)
    published_at: Mapped[datetime | None] = mapped_column(TIME)


class QuestionnaireNeed(Base):
    """A need that a published version asks about; the register keeps it as long as the version."""

    __tablename__ = "questionnaire_need"

    questionnaire_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaire.id"), primary_key=True)
    need: Mapped[str] = mapped_column(ForeignKey("need.code"), primary_key=True, index=True)
