"""Whether a report from the field moves the incident or only fills its timeline."""

from incident.incidents.lifecycle import STATES, State, may_move


def is_late(present: State, to: State) -> bool:
    """Phones report when they have a signal: "arrived" may come when the first step is already done.

    Late is a report of a state that lies before the present one on the way from dispatched to restored.
    """
    way = STATES[STATES.index("dispatched") : STATES.index("closed")]
    return present in way and to in way and way.index(to) < way.index(present) and not may_move(present, to)
