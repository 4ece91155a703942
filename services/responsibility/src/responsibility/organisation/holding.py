"""Who answers for a post at a moment: its holders, or those who act for them meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Holding:
    """An employee holds a post in a unit from ``since`` until ``until`` (not included; None: open).

    ``acts_for`` names the employee whose place is taken during the period.
    """

    employee: str
    post: str
    unit: str
    since: datetime
    until: datetime | None = None
    acts_for: str | None = None

    def covers(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


def answering(holdings: Iterable[Holding], at: datetime) -> list[Holding]:
    """The holdings in force at ``at``; whoever is acted for does not answer meanwhile."""
    current = [h for h in holdings if h.covers(at)]
    represented = {(h.acts_for, h.post, h.unit) for h in current if h.acts_for}
    return [h for h in current if (h.employee, h.post, h.unit) not in represented]
