"""What customers lived through, by account and day: told by the other services' events."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base


class Exposure(Base):
    """Sums of one account and one local day. It belongs to the account and goes with its contact.

    ``interruptions``: sustained ones, with their ``outage_minutes``, on the day they began; ``momentary``: the others.
    ``late_stages``, ``returned_handovers``: of orders completed on the day. ``dips``: of the voltage; null as 0.
    """

    __tablename__ = "exposure"
    __table_args__ = (
        CheckConstraint(
            "outage_minutes >= 0 AND interruptions >= 0 AND momentary >= 0 AND late_stages >= 0"
            " AND returned_handovers >= 0 AND dips >= 0",
            name="sums",
        ),
    )

    account: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    outage_minutes: Mapped[float]
    interruptions: Mapped[int]
    momentary: Mapped[int]
    dips: Mapped[int | None]
    late_stages: Mapped[int]
    returned_handovers: Mapped[int]
