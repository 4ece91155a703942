"""Where a change comes from: carried from a request or an event into the events that follow."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Lineage:
    """``correlation`` names the whole story, ``causation`` the event just handled, ``traceparent`` the trace."""

    correlation: str | None = None
    causation: str | None = None
    traceparent: str | None = None


NONE = Lineage()
current: ContextVar[Lineage] = ContextVar("lineage", default=NONE)
