"""Orders and the stages that they run through."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id
from responsibility.catalogue.document import Basis, Party
from responsibility.db import Base, one_of
from responsibility.orders.lifecycle import OrderState, StageState


class Order(Base):
    """``starts_at`` is the start of what the order prepares; ``incident_id`` the incident it mirrors."""

    __tablename__ = "service_order"
    __table_args__ = (
        one_of("state", OrderState),
        CheckConstraint("(state = 'completed') = (completed_at IS NOT NULL)", name="completed_at"),
        ForeignKeyConstraint(["catalogue", "route"], ["route.catalogue", "route.code"]),
        ForeignKeyConstraint(["catalogue", "sub_process"], ["sub_process.catalogue", "sub_process.code"]),
        Index(None, "account"),
        Index(None, "unit", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(unique=True)
    catalogue: Mapped[str]
    route: Mapped[str | None]
    sub_process: Mapped[str]
    unit: Mapped[str]
    account: Mapped[str | None]
    state: Mapped[OrderState] = mapped_column(Text, default="opened")
    attributes: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    starts_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)
    incident_id: Mapped[UUID | None] = mapped_column(unique=True)
    correlation: Mapped[str | None]


class Stage(Base):
    """``unit`` is the team whose post works on it; ``mirrored_at``: when the incident passed this stage."""

    __tablename__ = "stage"
    __table_args__ = (
        one_of("state", StageState),
        one_of("party", Party),
        one_of("basis", Basis),
        CheckConstraint("handed_at IS NULL OR started_at <= handed_at", name="handed_after_started"),
        UniqueConstraint("order_id", "sub_process"),
        Index(None, "unit", "post"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("service_order.id"))
    sub_process: Mapped[str]
    post: Mapped[str] = mapped_column(ForeignKey("post.code"))
    unit: Mapped[str]
    step: Mapped[int]
    party: Mapped[Party] = mapped_column(Text)
    basis: Mapped[Basis] = mapped_column(Text)
    limit: Mapped[dict[str, Any] | None]
    hard_gate: Mapped[dict[str, Any] | None]
    state: Mapped[StageState] = mapped_column(Text, default="planned")
    began_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)
    returns: Mapped[int] = mapped_column(default=0)
    mirrored_at: Mapped[datetime | None]
