"""The catalogue as it was imported, version by version. The application's role cannot change a version."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from responsibility.db import Base


class CatalogueVersion(Base):
    """In force from ``valid_from`` (a company day) until a version with a later one."""

    __tablename__ = "catalogue"

    version: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(unique=True)
    digest: Mapped[str]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]


class MainProcess(Base):
    __tablename__ = "main_process"

    catalogue: Mapped[str] = mapped_column(ForeignKey("catalogue.version"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    zh: Mapped[str]
    en: Mapped[str]
    position: Mapped[int]


class SubProcess(Base):
    __tablename__ = "sub_process"
    __table_args__ = (
        ForeignKeyConstraint(["catalogue", "main_process"], ["main_process.catalogue", "main_process.code"]),
        CheckConstraint("kind IN ('stage', 'flow', 'periodic')", name="kind"),
        CheckConstraint("risk BETWEEN 1 AND 3", name="risk"),
        Index(None, "catalogue", "main_process"),
    )

    catalogue: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    main_process: Mapped[str]
    zh: Mapped[str]
    en: Mapped[str]
    kind: Mapped[str]
    post: Mapped[str] = mapped_column(ForeignKey("post.code"))
    risk: Mapped[int]
    customer_facing: Mapped[bool]


class ProcessRoute(Base):
    """``definition`` is the route's entry in the document, whole."""

    __tablename__ = "route"
    __table_args__ = (
        ForeignKeyConstraint(["catalogue", "flow"], ["sub_process.catalogue", "sub_process.code"]),
        Index(None, "catalogue", "flow", unique=True),
    )

    catalogue: Mapped[str] = mapped_column(ForeignKey("catalogue.version"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    flow: Mapped[str | None]
    definition: Mapped[dict[str, Any]]
