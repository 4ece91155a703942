"""How far an incident's state carries the fault order that mirrors it."""

ROUTE = "FAULT"
# Stages whose work the incident itself tells; those after them (report, call-back) are people's.
TOLD = ("CS-03", "OR-04", "OR-05")
ARRIVED = ("CS-03", "OR-04")

PASSED: dict[str, tuple[str, ...]] = {
    "dispatched": ("CS-03",),
    "en_route": ("CS-03",),
    "arrived": ARRIVED,
    "isolating": ARRIVED,
    "restoring": ARRIVED,
    "restored": TOLD,
}
DROPPED = frozenset({"merged", "cancelled"})


def passed(state: str) -> tuple[str, ...]:
    """The stages that are behind an incident in that state; a state that is not known passes nothing."""
    return PASSED.get(state, ())
