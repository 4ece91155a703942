"""Files on their way in and out: sealed pieces in the database, so that every replica reaches them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import TIME
from survey.db import Base


class StoredFile(Base):
    """``data_key`` seals its pieces and goes with it; ``owner`` alone may fetch it, until ``expires_at``.

    ``personal``: names, accounts or words stand in it; such files are withdrawn when somebody is erased.
    """

    __tablename__ = "stored_file"
    __table_args__ = (CheckConstraint("size >= 0 AND pieces >= 0", name="size"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    media_type: Mapped[str]
    data_key: Mapped[bytes]
    size: Mapped[int] = mapped_column(BigInteger)
    pieces: Mapped[int]
    whole: Mapped[bool]
    personal: Mapped[bool]
    owner: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(TIME)
    expires_at: Mapped[datetime] = mapped_column(TIME, index=True)


class FilePiece(Base):
    __tablename__ = "file_piece"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]
