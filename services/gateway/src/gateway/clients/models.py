"""Systems that call the suite with client credentials."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db import Base
from kit.db import TIME


class ApiClient(Base):
    """``id`` is the subject and the ``sid`` of its tokens; ``secret`` is a digest."""

    __tablename__ = "api_client"
    __table_args__ = (
        CheckConstraint("cardinality(roles) > 0 AND NOT 'service' = ANY (roles)", name="roles"),
        CheckConstraint("unit LIKE '/%' AND unit LIKE '%/'", name="unit"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    secret: Mapped[bytes]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    unit: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(TIME)
    ended_at: Mapped[datetime | None] = mapped_column(TIME)
