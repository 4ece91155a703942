"""Units, employees, posts and who holds them when."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id
from responsibility.db import Base, never_twice, one_of
from responsibility.organisation.tree import PATH_PATTERN

Tier = Literal["frontline", "specialist", "manager", "leader"]


class Unit(Base):
    """A unit's place in the tree for a period; ``valid_to`` is not included."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint(f"path ~ '{PATH_PATTERN}'", name="path"),
        CheckConstraint("valid_to IS NULL OR valid_from < valid_to", name="period"),
        never_twice("path", "valid_from, valid_to", "ex_unit_path"),
        Index(None, "path"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    path: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class Employee(Base):
    """``name`` is sealed with the row's id."""

    __tablename__ = "employee"
    __table_args__ = (Index(None, "unit"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str]
    name: Mapped[bytes]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Post(Base):
    """A kind of work, as the catalogue names it."""

    __tablename__ = "post"
    __table_args__ = (one_of("tier", Tier),)

    code: Mapped[str] = mapped_column(primary_key=True)
    zh: Mapped[str]
    en: Mapped[str]
    tier: Mapped[str]


class Holder(Base):
    """An employee holds a post in a unit for a period, in their own right or for somebody else."""

    __tablename__ = "holder"
    __table_args__ = (
        CheckConstraint("until IS NULL OR since < until", name="period"),
        CheckConstraint("acts_for <> employee", name="acts_for_another"),
        never_twice("employee || '|' || post || '|' || unit", "since, until", "ex_holder_period"),
        Index(None, "post", "unit"),
        Index(None, "employee"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    employee: Mapped[str] = mapped_column(ForeignKey("employee.number"))
    post: Mapped[str] = mapped_column(ForeignKey("post.code"))
    unit: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    acts_for: Mapped[str | None] = mapped_column(ForeignKey("employee.number"))
