"""Cases and what was done in them, step by step."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id
from responsibility.cases.lifecycle import CaseState
from responsibility.cases.restitution import Restitution
from responsibility.db import Base, one_of

CaseSource = Literal["low_answer", "complaint", "not_solved"]
PAID = "kind IN ('refund', 'compensation')"


class Case(Base):
    """``unit`` may see it; ``about_unit`` served the customer.

    They differ where the customer did not wish that unit to know who answered.
    """

    __tablename__ = "customer_case"
    __table_args__ = (
        one_of("state", CaseState),
        one_of("source", CaseSource),
        one_of("restitution", Restitution),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint("source <> 'low_answer' OR response_id IS NOT NULL", name="response"),
        Index(None, "unit", "opened_at"),
        Index(None, "sub_process", "about_unit", "opened_at"),
        Index(None, "account"),
        Index(None, "order_id"),
        UniqueConstraint("request_id", "source"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(unique=True)
    source: Mapped[CaseSource] = mapped_column(Text)
    state: Mapped[CaseState] = mapped_column(Text, default="opened")
    unit: Mapped[str]
    about_unit: Mapped[str]
    account: Mapped[str | None]
    response_id: Mapped[UUID | None] = mapped_column(unique=True)
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("request.id"))
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_order.id"))
    incident_id: Mapped[UUID | None]
    sub_process: Mapped[str]
    driver: Mapped[str | None]
    score: Mapped[float | None]
    may_contact: Mapped[bool] = mapped_column(default=True)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    escalated_at: Mapped[datetime | None]
    contacted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    called_back_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    in_time: Mapped[bool | None]
    reopened: Mapped[int] = mapped_column(default=0)
    restitution: Mapped[Restitution | None] = mapped_column(Text)
    correlation: Mapped[str | None]


class CaseRestitution(Base):
    """What was made good, with its voucher. Append-only: money that moved elsewhere is not unsaid here.

    ``round`` counts the reopenings of the case before it.
    """

    __tablename__ = "restitution"
    __table_args__ = (
        one_of("kind", Restitution),
        CheckConstraint("kind <> 'none'", name="something"),
        CheckConstraint(f"({PAID}) = (coalesce(amount_fen, 0) > 0)", name="amount"),
        CheckConstraint(f"({PAID} OR kind = 'correction') = (coalesce(voucher, '') <> '')", name="voucher"),
        Index(None, "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("customer_case.id"))
    round: Mapped[int]
    kind: Mapped[Restitution] = mapped_column(Text)
    amount_fen: Mapped[int | None]
    voucher: Mapped[str | None]
    made_at: Mapped[datetime]
    recorded_by: Mapped[str]


class CaseStep(Base):
    """One step of a case; ``note`` is sealed with the row's id. Append-only."""

    __tablename__ = "case_step"
    __table_args__ = (Index(None, "case_id", "recorded_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("customer_case.id"))
    move: Mapped[str]
    happened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    employee: Mapped[str | None]
    note: Mapped[bytes | None]
