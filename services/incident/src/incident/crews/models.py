"""The register of crews."""

from uuid import UUID

from sqlalchemy import ARRAY, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base, unit_path


class Crew(Base):
    """A crew has no people here: who works in it is responsibility's."""

    __tablename__ = "crew"
    __table_args__ = (unit_path(), Index(None, "unit"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text))
    active: Mapped[bool]
