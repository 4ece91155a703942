"""Scores one by one, written in the response's own transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base

OVERALL = ""
"""The driver of an overall score: part of a key, which takes no null."""


class ScoreRow(Base):
    """One scored item of one complete answer, 1..5; ``teams``: what it speaks of, units by sub-process."""

    __tablename__ = "score"
    __table_args__ = (
        CheckConstraint("value >= 1 AND value <= 5", name="value"),
        Index(None, "driver", "occurred_at"),
    )

    response_id: Mapped[UUID] = mapped_column(primary_key=True)
    driver: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str]
    sub_process: Mapped[str | None]
    teams: Mapped[dict[str, str]] = mapped_column(JSONB)
    trigger: Mapped[str]
    occurred_at: Mapped[datetime] = mapped_column(TIME)
    value: Mapped[float]


class IndexWeights(Base):
    """One version of the satisfaction index: its indicators with their weights, and the document that set them."""

    __tablename__ = "index_weights"
    __table_args__ = (CheckConstraint("version >= 1", name="version"),)

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    indicators: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    document: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime] = mapped_column(TIME)
