"""The register of what customers need."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class Need(Base):
    """A need as it is now; ``version`` counts its changes of text, place or state."""

    __tablename__ = "need"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'retired')", name="state"),
        CheckConstraint("version >= 1", name="version"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    state: Mapped[str]
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(TIME)


class NeedVersion(Base):
    """A need as it was from ``changed_at`` on; never changed, gone only with a need that was never asked about."""

    __tablename__ = "need_version"

    code: Mapped[str] = mapped_column(ForeignKey("need.code", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(TIME)
