"""The smallest device whose downstream covers the calls, and when to climb from there.

Calls name only a few of the customers who are out, so the smallest device that covers them tends to be too
small. A fault is cleared by a device that can open under fault (a breaker, a fuse, a transformer's
protection), so the prediction climbs to the nearest such device above, unless the silence of the customers
there speaks against it: if they were out as well, ``calls`` calls would all come from the smaller set with
the probability (smaller / larger) ** calls, and below ``Rules.silence`` that is not believed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from incident.network.model import Device
from incident.network.topology import Topology
from incident.prediction import reasons
from incident.prediction.reasons import Reason


@dataclass(frozen=True, slots=True)
class Rules:
    """``clears``: types of switches and kinds of devices that clear a fault by themselves.

    ``wide``: kinds whose failure is rare beside two small faults at once; they are predicted only when
    ``wide_callers`` or more called from each of two branches below.
    """

    silence: float = 0.05
    wide: frozenset[str] = frozenset({"transformer", "source"})
    wide_callers: int = 2
    clears: frozenset[str] = frozenset({"breaker", "fuse", "recloser", "transformer", "source", "load"})


@dataclass(frozen=True, slots=True)
class Prediction:
    """``device`` is None when no single device explains the calls; ``reasons`` in the order of thought."""

    device: str | None
    reasons: tuple[Reason, ...]


def predict(
    topology: Topology, calls: Sequence[str], customers: Mapping[str, int], rules: Rules | None = None
) -> Prediction:
    """The device behind these calls.

    ``calls``: the load of each call, one entry per caller; ``customers``: customers per load. ``topology``:
    the network as it was before the fault. Raises ``ValueError`` without calls.
    """
    rules = rules or Rules()
    if not calls:
        raise ValueError("A prediction needs at least one call.")
    dark = sorted({load for load in calls if load not in topology.supplied_loads})
    if dark:
        return Prediction(None, (reasons.without_supply(dark),))
    chain = covering(topology, calls)
    if not chain:
        return Prediction(None, (reasons.no_common_device(calls),))
    smallest = reasons.smallest(chain[0], calls, _customers(topology, chain[0], customers))
    if topology.network.devices[chain[0]].kind in rules.wide and not _from_two_branches(topology, calls, rules):
        return Prediction(None, (smallest, reasons.too_few_for(chain[0], rules.wide_callers)))
    device, more = _climb(topology, chain, len(calls), customers, rules)
    return Prediction(device, (smallest, more))


def _from_two_branches(topology: Topology, calls: Sequence[str], rules: Rules) -> bool:
    """Whether enough callers sit on each of two branches below the last device that all have in common."""
    chains = {load: topology.upstream(load) for load in set(calls)}
    common = set.intersection(*(set(chain) for chain in chains.values()))
    branches = Counter(next(code for code in reversed(chains[load]) if code not in common) for load in calls)
    return sum(1 for callers in branches.values() if callers >= rules.wide_callers) > 1


def covering(topology: Topology, calls: Sequence[str]) -> list[str]:
    """Devices that alone feed all these loads, nearest first; empty when there is none.

    Devices that lose the same loads stand in a row; buses are left out, since they are found by other means.
    """
    chains = [topology.upstream(load) for load in set(calls)]
    common = set(chains[0]).intersection(*chains[1:])
    kinds = topology.network.devices
    return [code for code in chains[0] if code in common and kinds[code].kind != "bus"]


def clears_fault(device: Device, rules: Rules) -> bool:
    return (device.type if device.kind == "switch" else device.kind) in rules.clears


def _climb(
    topology: Topology, chain: list[str], calls: int, customers: Mapping[str, int], rules: Rules
) -> tuple[str, Reason]:
    devices = topology.network.devices
    clearing = next((code for code in chain if clears_fault(devices[code], rules)), None)
    if clearing is None:
        return chain[0], Reason("nothing_clears_above", "No device above it can clear a fault by itself.")
    if clearing == chain[0]:
        return clearing, Reason("clears_fault", f"{clearing} can clear a fault by itself.")
    smaller, larger = (_customers(topology, code, customers) for code in (chain[0], clearing))
    chance = (smaller / larger) ** calls if larger else 1.0
    if chance < rules.silence:
        return chain[0], reasons.silence_above(clearing, larger - smaller, chance)
    return clearing, reasons.climbed(chain[0], clearing, larger, chance)


def _customers(topology: Topology, code: str, customers: Mapping[str, int]) -> int:
    return sum(customers.get(load, 0) for load in topology.downstream(code))
