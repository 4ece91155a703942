"""The company's days of rest and of work, year by year."""

from datetime import date, time

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responsibility.db import Base


class CalendarYear(Base):
    __tablename__ = "calendar"
    __table_args__ = (CheckConstraint("opens < closes", name="hours"),)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opens: Mapped[time]
    closes: Mapped[time]
    holidays: Mapped[list[date]]
    made_up: Mapped[list[date]]
    source: Mapped[str]
