"""What customers' own words were about: one grouping at a time, sealed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class TopicRun(Base):
    """``content``: topics with their terms and figures, sealed by the service's key.

    No words of a customer and no answer's id are in it: see ``TopicExample``.
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


class TopicExample(Base):
    """An answer typical of a topic, the most typical first; its words are opened when they are read.

    They open with the customer's own key and are gone with it; his erasure finds the answer here by its id.
    """

    __tablename__ = "topic_example"
    __table_args__ = (Index(None, "response_id"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("topic_run.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    response_id: Mapped[UUID]
