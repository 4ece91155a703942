"""Parts of customers that their owners could not take yet."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db import Base
from gateway.parts.shape import Owner
from kit.db import TIME


class PendingPart(Base):
    """``part`` is the sealed JSON body, ``sender_unit`` what its sender may write in.

    ``retry_at`` is machine time, and a lease while the part is being offered again.
    """

    __tablename__ = "pending_part"
    __table_args__ = (
        UniqueConstraint("account", "owner"),
        CheckConstraint("owner IN ('survey', 'incident')", name="owner"),
        Index(None, "retry_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[str]
    owner: Mapped[Owner] = mapped_column(Text)
    unit: Mapped[str]
    sender_unit: Mapped[str]
    source_version: Mapped[int] = mapped_column(BigInteger)
    part: Mapped[bytes]
    attempts: Mapped[int]
    retry_at: Mapped[datetime] = mapped_column(TIME)
    fault: Mapped[str | None]
