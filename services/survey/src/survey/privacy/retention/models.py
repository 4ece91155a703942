"""How long what is kept: rules as dated data, and what was destroyed by them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base

KINDS = "kind IN ('words', 'messages', 'persons')"


class RetentionRule(Base):
    """``months`` null: kept for ever. In force from ``valid_from`` until a later rule of the kind is."""

    __tablename__ = "retention_rule"
    __table_args__ = (
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint("months >= 1", name="months"),
        Index(None, "kind", "valid_from"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    months: Mapped[int | None]
    valid_from: Mapped[datetime] = mapped_column(TIME)
    document: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(TIME)


class RetentionRun(Base):
    """One sweep: how many of the kind, older than ``cutoff``, were destroyed."""

    __tablename__ = "retention_run"
    __table_args__ = (CheckConstraint(KINDS, name="kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rule_id: Mapped[UUID]
    kind: Mapped[str]
    cutoff: Mapped[datetime] = mapped_column(TIME)
    destroyed: Mapped[int]
    began_at: Mapped[datetime] = mapped_column(TIME)
    ended_at: Mapped[datetime | None] = mapped_column(TIME)
