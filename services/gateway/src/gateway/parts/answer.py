"""What an owner's answer to a part means."""

from dataclasses import dataclass
from typing import Any

PASSING = frozenset({401, 404, 408, 425, 429})
REFUSED_FROM, FAILED_FROM = 400, 500


@dataclass(frozen=True)
class Answer:
    """``status`` 0: none came."""

    status: int
    body: Any = None

    @property
    def taken(self) -> bool:
        return 0 < self.status < REFUSED_FROM

    @property
    def refused(self) -> bool:
        """A fault of the part: offering the same again changes nothing."""
        return REFUSED_FROM <= self.status < FAILED_FROM and self.status not in PASSING

    @property
    def detail(self) -> str:
        """The owner's sentence about what was wrong."""
        found = self.body.get("detail") if isinstance(self.body, dict) else None
        return str(found or "The part was refused.")

    @property
    def fault(self) -> str:
        """For people who look why a part waits; holds no personal data."""
        if not self.status:
            return "no answer"
        code = str(self.body.get("type", "")).rpartition(":")[2] if isinstance(self.body, dict) else ""
        return f"{self.status} {code}".strip()
