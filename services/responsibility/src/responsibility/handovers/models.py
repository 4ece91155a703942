"""Handovers from one post to the next."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id
from responsibility.db import Base, one_of
from responsibility.orders.lifecycle import HandoverState


class Handover(Base):
    """``unit`` and ``post`` are the receiver's; ``reason`` is sealed with the row's id."""

    __tablename__ = "handover"
    __table_args__ = (
        one_of("state", HandoverState),
        CheckConstraint("(state = 'offered') = (answered_at IS NULL)", name="answered_at"),
        CheckConstraint("(state = 'returned') = (reason IS NOT NULL)", name="reason"),
        Index(
            "uq_handover_standing",
            "from_stage_id",
            "to_stage_id",
            unique=True,
            postgresql_where=text("state <> 'returned'"),
        ),
        Index(None, "order_id"),
        Index(None, "unit", "post", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("service_order.id"))
    from_stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    to_stage_id: Mapped[UUID] = mapped_column(ForeignKey("stage.id"))
    from_sub_process: Mapped[str]
    to_sub_process: Mapped[str]
    unit: Mapped[str]
    post: Mapped[str]
    state: Mapped[HandoverState] = mapped_column(Text, default="offered")
    offered_at: Mapped[datetime]
    offered_by: Mapped[str]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    checkpoint: Mapped[str | None]
    reason: Mapped[bytes | None]
