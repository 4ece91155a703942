"""Every matter a customer brings, with the employee who took it and stays answerable."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id
from responsibility.db import Base, one_of
from responsibility.requests.lifecycle import Kind, RequestState, Source


class Request(Base):
    """``note`` is sealed with the row's id."""

    __tablename__ = "request"
    __table_args__ = (
        one_of("state", RequestState),
        one_of("source", Source),
        one_of("kind", Kind),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_at"),
        Index(None, "account"),
        Index(None, "unit", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(unique=True)
    source: Mapped[Source] = mapped_column(Text)
    kind: Mapped[Kind] = mapped_column(Text)
    sub_process: Mapped[str]
    unit: Mapped[str]
    account: Mapped[str | None]
    first_employee: Mapped[str] = mapped_column(ForeignKey("employee.number"))
    state: Mapped[RequestState] = mapped_column(Text, default="opened")
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_order.id"))
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    note: Mapped[bytes | None]
