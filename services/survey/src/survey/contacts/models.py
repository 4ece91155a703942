"""How a customer may be reached, and his wishes about it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class Contact(Base):
    """``name``, ``phone`` and ``email`` are sealed with the person's own ``data_key``, itself wrapped by the keyring.

    ``segment``: the utility's own class of customer (residential, industrial, ...), by which samples are drawn.
    ``opt_out`` is in force, whoever said it; ``opted_out_at`` is set where the customer told us himself, which no
    push from the source takes back.
    """

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("language IN ('zh-CN', 'en')", name="language"),
        CheckConstraint("preferred_channel IN ('email', 'gateway', 'file')", name="preferred_channel"),
        CheckConstraint("opt_out OR opted_out_at IS NULL", name="opted_out"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str]
    data_key: Mapped[bytes]
    name: Mapped[bytes | None]
    phone: Mapped[bytes | None]
    phone_hash: Mapped[bytes | None] = mapped_column(index=True)
    email: Mapped[bytes | None]
    email_hash: Mapped[bytes | None] = mapped_column(index=True)
    preferred_channel: Mapped[str | None]
    language: Mapped[str]
    segment: Mapped[str | None]
    opt_out: Mapped[bool]
    opted_out_at: Mapped[datetime | None] = mapped_column(TIME)
    consent: Mapped[bool]
    source_version: Mapped[int] = mapped_column(BigInteger)
    rest_until: Mapped[datetime | None] = mapped_column(TIME)
    updated_at: Mapped[datetime] = mapped_column(TIME)


class ErasedAccount(Base):
    """An account whose person was erased: a keyed hash, and the random id that the contact had.

    ``kept_out``: no push of the account is stored; else those newer than ``source_version`` are.
    """

    __tablename__ = "erased_account"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(unique=True)
    unit: Mapped[str]
    source_version: Mapped[int] = mapped_column(BigInteger)
    erased_at: Mapped[datetime] = mapped_column(TIME)
    kept_out: Mapped[bool]
