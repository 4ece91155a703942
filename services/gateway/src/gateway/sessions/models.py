"""Sessions of people and the chain of their refresh tokens; all times are machine time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db import Base
from kit.db import TIME


class Session(Base):
    """``id`` is the ``sid`` of its access tokens."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint(
            "ended_because IN ('signed_out', 'token_reused', 'password_changed', 'access_changed')",
            name="reason",
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended"),
        Index(None, "account_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[datetime] = mapped_column(TIME)
    expires_at: Mapped[datetime] = mapped_column(TIME)
    ended_at: Mapped[datetime | None] = mapped_column(TIME)
    ended_because: Mapped[str | None]


class RefreshToken(Base):
    """Used once: the next one replaces it. Kept after use, so that a second use is noticed."""

    __tablename__ = "refresh_token"
    __table_args__ = (Index(None, "session_id"),)

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(TIME)
    used_at: Mapped[datetime | None] = mapped_column(TIME)
