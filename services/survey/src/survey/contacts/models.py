"""How a customer may be reached, and his wishes about it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class Contact(Base):
    """``name`` and ``phone`` are sealed with the person's own ``data_key``, itself wrapped by the keyring.

    ``segment``: the utility's own class of customer (residential, industrial, ...), by which samples are drawn.
    """

    __tablename__ = "contact"
    __table_args__ = (CheckConstraint("language IN ('zh-CN', 'en')", name="language"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str]
    data_key: Mapped[bytes]
    name: Mapped[bytes | None]
    phone: Mapped[bytes | None]
    phone_hash: Mapped[bytes | None] = mapped_column(index=True)
    language: Mapped[str]
    segment: Mapped[str | None]
    opt_out: Mapped[bool]
    consent: Mapped[bool]
    source_version: Mapped[int] = mapped_column(BigInteger)
    rest_until: Mapped[datetime | None] = mapped_column(TIME)
    updated_at: Mapped[datetime] = mapped_column(TIME)
