"""The states of an incident and the moves between them.

``reported``: known by a call, no device yet; ``predicted``: calls point at a device; ``confirmed``: a
dispatcher stands for the device; then the crew's way, the work, and the end. ``restored`` is reached only
when the last customer is back by a step that a dispatcher confirmed: a crew's "done" moves nothing.
"""

from collections.abc import Mapping
from typing import Literal, get_args

State = Literal[
    "reported",
    "predicted",
    "confirmed",
    "dispatched",
    "en_route",
    "arrived",
    "isolating",
    "restoring",
    "restored",
    "closed",
    "merged",
    "cancelled",
]
STATES: tuple[State, ...] = get_args(State)


def _to(*states: State) -> frozenset[State]:
    return frozenset(states)


_WORK = _to("isolating", "restoring", "restored")
_DROPPED = _to("merged", "cancelled")

MOVES: Mapping[State, frozenset[State]] = {
    "reported": _to("predicted", "confirmed", "dispatched") | _DROPPED,
    "predicted": _to("reported", "confirmed", "dispatched") | _DROPPED,
    "confirmed": _to("dispatched") | _WORK | _DROPPED,
    "dispatched": _to("en_route", "arrived") | _WORK | _DROPPED,
    "en_route": _to("dispatched", "arrived") | _WORK | _DROPPED,
    "arrived": _to("dispatched") | _WORK | _DROPPED,
    "isolating": _to("dispatched", "restoring", "restored"),
    "restoring": _to("dispatched", "isolating", "restored"),
    "restored": _to("closed"),
    "closed": _to(),
    "merged": _to(),
    "cancelled": _to(),
}

OPEN: frozenset[State] = frozenset(STATES) - {"restored", "closed", "merged", "cancelled"}
"""States in which somebody may be without supply."""

UNCONFIRMED: frozenset[State] = frozenset({"reported", "predicted"})
"""States in which a prediction may still move the device by itself."""

REPORTED_BY_CREW: frozenset[State] = frozenset({"en_route", "arrived", "isolating"})
"""Moves that a crew reports; the others are a dispatcher's."""


def may_move(present: State, to: State) -> bool:
    return to in MOVES[present]


def allowed(present: State) -> list[State]:
    """The moves that are open, in the order of the life cycle."""
    return [state for state in STATES if state in MOVES[present]]
