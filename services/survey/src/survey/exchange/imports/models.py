"""Imports on their way: what was found out about a file, and its rows until they are applied."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class FileImport(Base):
    """``rows`` found good so far, ``applied`` the last of them that is in force; ``faults`` name no content."""

    __tablename__ = "file_import"
    __table_args__ = (
        CheckConstraint("kind IN ('contacts', 'responses')", name="kind"),
        CheckConstraint("state IN ('checking', 'applying', 'applied', 'checked', 'refused')", name="state"),
        CheckConstraint("state NOT IN ('applying', 'applied') OR fault_count = 0", name="all_or_nothing"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    state: Mapped[str]
    file_id: Mapped[UUID]
    data_key: Mapped[bytes]
    options: Mapped[dict[str, Any]] = mapped_column(JSONB)
    rows: Mapped[int]
    applied: Mapped[int]
    changed: Mapped[int]
    fault_count: Mapped[int]
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(TIME)


class ImportRow(Base):
    """One row that was found good, sealed under its import's key. ``key``: keyed hash of what it is about.

    Personal, for as long as the import runs.
    """

    __tablename__ = "import_row"
    __table_args__ = (UniqueConstraint("import_id", "key"),)

    import_id: Mapped[UUID] = mapped_column(ForeignKey("file_import.id", ondelete="CASCADE"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes]
    content: Mapped[bytes]


class PastResponse(Base):
    """Which answers of another system are here already: a keyed hash of system and id, leading to no answer."""

    __tablename__ = "past_response"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    imported_at: Mapped[datetime] = mapped_column(TIME)
