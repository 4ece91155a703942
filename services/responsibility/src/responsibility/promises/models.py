"""Dated rules with their document: terms, thresholds, numbers that count."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responsibility.db import Base, one_of

Kind = Literal["law", "standard", "public_promise", "internal"]
Statistic = Literal["each_case", "monthly_average"]
Unit = Literal["working_day", "day", "hour", "minute", "case", "respondent"]


class Promise(Base):
    """In force from ``valid_from`` until a later row of the same code."""

    __tablename__ = "promise"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("statistic", Statistic),
        one_of("unit", Unit),
        CheckConstraint("amount > 0", name="amount"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    zh: Mapped[str]
    en: Mapped[str]
    kind: Mapped[str]
    statistic: Mapped[str]
    amount: Mapped[int]
    unit: Mapped[str]
    source: Mapped[str]
