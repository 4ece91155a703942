"""What is done about a finding, and who owns it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from kit.ids import new_id
from responsibility.db import Base, one_of

ActionKind = Literal["training", "duty_version", "tool", "visit", "staffing"]
ActionState = Literal["planned", "done"]


class Action(Base):
    """``task`` is sealed with the row's id; ``round`` counts the reopenings of the finding before it."""

    __tablename__ = "action"
    __table_args__ = (
        one_of("kind", ActionKind),
        one_of("state", ActionState),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_at"),
        CheckConstraint("state <> 'done' OR evidence <> ''", name="evidence"),
        CheckConstraint("started_at <= done_at", name="done_after_started"),
        Index(None, "finding_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    finding_id: Mapped[UUID] = mapped_column(ForeignKey("finding.id"))
    unit: Mapped[str]
    kind: Mapped[ActionKind] = mapped_column(Text)
    post: Mapped[str] = mapped_column(ForeignKey("post.code"))
    employee: Mapped[str | None] = mapped_column(ForeignKey("employee.number"))
    task: Mapped[bytes]
    round: Mapped[int] = mapped_column(default=0)
    state: Mapped[ActionState] = mapped_column(Text, default="planned")
    due_at: Mapped[datetime]
    late: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    evidence: Mapped[str | None]
