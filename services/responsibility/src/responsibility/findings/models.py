"""Findings, the cases they grew from, and the effects measured."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id
from responsibility.db import Base, one_of
from responsibility.findings.effect import Verdict
from responsibility.findings.lifecycle import FindingState, Outcome, RootCause

Origin = Literal["cases", "person"]


class Finding(Base):
    """``containment``, ``why`` (JSON list) and ``reason`` are sealed with the row's id."""

    __tablename__ = "finding"
    __table_args__ = (
        one_of("state", FindingState),
        one_of("origin", Origin),
        one_of("root_cause", RootCause),
        one_of("outcome", Outcome),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name="outcome_when_closed"),
        CheckConstraint("outcome <> 'effect_not_measurable' OR num_nulls(reason, closed_by) = 0", name="signed"),
        CheckConstraint("verified_by <> owner", name="verified_by_another"),
        CheckConstraint(
            "state NOT IN ('verified', 'effect_watch') OR num_nulls(owner, verified_by) = 0", name="verified"
        ),
        Index(
            "uq_finding_open",
            "sub_process",
            "unit",
            "cause",
            unique=True,
            postgresql_where=text("state <> 'closed'"),
        ),
        Index(None, "unit", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str]
    sub_process: Mapped[str]
    cause: Mapped[str]
    driver: Mapped[str | None]
    origin: Mapped[Origin] = mapped_column(Text)
    state: Mapped[FindingState] = mapped_column(Text, default="opened")
    owner: Mapped[str | None] = mapped_column(ForeignKey("employee.number"))
    opened_at: Mapped[datetime]
    contained_at: Mapped[datetime | None]
    analysed_at: Mapped[datetime | None]
    root_cause: Mapped[RootCause | None] = mapped_column(Text)
    post: Mapped[str | None] = mapped_column(ForeignKey("post.code"))
    duty: Mapped[str | None] = mapped_column(ForeignKey("duty.code"))
    containment: Mapped[bytes | None]
    why: Mapped[bytes | None]
    verified_by: Mapped[str | None] = mapped_column(ForeignKey("employee.number"))
    verified_at: Mapped[datetime | None]
    before_to: Mapped[datetime | None]
    effective_at: Mapped[datetime | None]
    minimum_n: Mapped[int | None]
    outcome: Mapped[Outcome | None] = mapped_column(Text)
    reason: Mapped[bytes | None]
    closed_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    reopened: Mapped[int] = mapped_column(default=0)
    correlation: Mapped[str | None]


class FindingCase(Base):
    __tablename__ = "finding_case"

    finding_id: Mapped[UUID] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("customer_case.id"), primary_key=True, unique=True)
    attached_at: Mapped[datetime]


class EffectMeasure(Base):
    """One `survey.effect.measured`, as it came."""

    __tablename__ = "effect_measure"
    __table_args__ = (one_of("verdict", Verdict), Index(None, "finding_id", "measured_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    finding_id: Mapped[UUID] = mapped_column(ForeignKey("finding.id"))
    measured_at: Mapped[datetime]
    before_from: Mapped[datetime]
    split_at: Mapped[datetime]
    after_to: Mapped[datetime]
    n_before: Mapped[int]
    n_after: Mapped[int]
    mean_before: Mapped[float | None]
    mean_after: Mapped[float | None]
    difference: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    confidence: Mapped[float]
    method: Mapped[str]
    caveat: Mapped[str | None]
    verdict: Mapped[Verdict] = mapped_column(Text)
