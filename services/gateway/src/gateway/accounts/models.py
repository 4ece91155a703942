"""Accounts of people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db import Base
from kit.db import TIME


class Account(Base):
    """``username`` and ``name`` are sealed; ``username_hash`` finds an account."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("cardinality(roles) > 0 AND NOT 'service' = ANY (roles)", name="roles"),
        CheckConstraint("unit LIKE '/%' AND unit LIKE '%/'", name="unit"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[bytes]
    username_hash: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[bytes]
    employee: Mapped[str | None]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    unit: Mapped[str]
    password_hash: Mapped[str]
    must_change_password: Mapped[bool]
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(TIME)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own declaration)
