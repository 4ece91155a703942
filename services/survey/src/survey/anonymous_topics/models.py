"""Which five anonymous answers with words are read together."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base


class AnonymousMember(Base):
    """The place of an anonymous answer with words in its block of five, which never changes."""

    __tablename__ = "anonymous_member"
    __table_args__ = (
        UniqueConstraint("block", "place"),
        CheckConstraint("place BETWEEN 0 AND 4", name="five"),
    )

    response_id: Mapped[UUID] = mapped_column(ForeignKey("anonymous_response.id"), primary_key=True)
    block: Mapped[UUID]
    place: Mapped[int] = mapped_column(SmallInteger)
