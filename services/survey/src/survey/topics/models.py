"""What customers' own words were about: one grouping at a time, sealed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class TopicRun(Base):
    """``content``: topics with their terms, counts and the ids of example answers, sealed by the service's key.

    No words of a customer are in it: examples are opened when they are read, with his own key, and are gone with it.
    """

    __tablename__ = "topic_run"
    __table_args__ = (
        CheckConstraint("(content IS NULL) = (reason IS NOT NULL)", name="content"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    unit: Mapped[str]
    n: Mapped[int]
    digest: Mapped[str]
    content: Mapped[bytes | None]
    reason: Mapped[str | None]
    requested_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(TIME)
