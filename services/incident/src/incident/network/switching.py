"""What one step of switching changes for the loads."""

from collections.abc import Mapping
from dataclasses import dataclass

from incident.network.model import Network
from incident.network.topology import Topology


@dataclass(frozen=True, slots=True)
class Change:
    """``state``: after the step; ``back`` and ``lost``: loads that gained and lost supply by it."""

    state: Mapping[str, bool]
    back: frozenset[str]
    lost: frozenset[str]


def switched(network: Network, present: Mapping[str, bool], operations: Mapping[str, bool]) -> Change:
    """The change by these operations (device code -> in). An unknown device raises ``KeyError``."""
    for code in operations:
        if code not in network.devices:
            raise KeyError(code)
    state = {**present, **operations}
    before = Topology(network, network.state(present)).supplied_loads
    after = Topology(network, network.state(state)).supplied_loads
    return Change(state, after - before, before - after)
