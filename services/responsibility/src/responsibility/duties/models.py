"""Duties and their versions. A trigger of the database keeps what was published as it was."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id
from responsibility.db import Base, one_of
from responsibility.duties.rules import Dimension, Evidence

VersionState = Literal["draft", "published", "superseded"]


class Duty(Base):
    """Belongs to a post and a sub-process; ``variant_of`` is the unit with a local variant of its own."""

    __tablename__ = "duty"
    __table_args__ = (one_of("dimension", Dimension), Index(None, "sub_process", "post"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    post: Mapped[str] = mapped_column(ForeignKey("post.code"))
    sub_process: Mapped[str]
    dimension: Mapped[Dimension] = mapped_column(Text)
    variant_of: Mapped[str | None]


class DutyVersion(Base):
    __tablename__ = "duty_version"
    __table_args__ = (
        one_of("state", VersionState),
        CheckConstraint("criticality BETWEEN 1 AND 3", name="criticality"),
        CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="published_at"),
        UniqueConstraint("duty_id", "version"),
        Index("uq_duty_version_published", "duty_id", unique=True, postgresql_where=text("state = 'published'")),
        Index("uq_duty_version_draft", "duty_id", unique=True, postgresql_where=text("state = 'draft'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duty.id"))
    version: Mapped[int]
    state: Mapped[VersionState] = mapped_column(Text)
    text_zh: Mapped[str]
    text_en: Mapped[str]
    criticality: Mapped[int]
    drivers: Mapped[list[str]]
    published_at: Mapped[datetime | None]


class DutyCheckpoint(Base):
    __tablename__ = "checkpoint"
    __table_args__ = (one_of("evidence", Evidence), UniqueConstraint("duty_version_id", "code"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    duty_version_id: Mapped[UUID] = mapped_column(ForeignKey("duty_version.id"))
    position: Mapped[int]
    code: Mapped[str]
    look_zh: Mapped[str]
    look_en: Mapped[str]
    evidence: Mapped[Evidence] = mapped_column(Text)
    passes_zh: Mapped[str]
    passes_en: Mapped[str]
