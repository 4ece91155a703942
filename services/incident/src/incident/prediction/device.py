"""The smallest device whose downstream covers the calls, and when to climb from there.

Calls name only a few of the customers who are out, so the smallest device that covers them tends to be too
small. A fault is cleared by a device that can open under fault (a breaker, a fuse, a transformer's
protection), so the prediction climbs to the nearest such device above, unless the silence of the customers
there speaks against it: if they were out as well, ``calls`` calls would all come from the smaller set with
the probability (smaller / larger) ** calls, and below ``Rules.silence`` that is not believed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from incident.network.model import Device
from incident.network.topology import Topology

Facts = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Rules:
    """``clears``: types of switches and kinds of devices that clear a fault by themselves."""

    silence: float = 0.05
    clears: frozenset[str] = frozenset({"breaker", "fuse", "recloser", "transformer", "source", "load"})


@dataclass(frozen=True, slots=True)
class Reason:
    """``code`` is stable; ``facts`` are the numbers and codes in ``sentence``."""

    code: str
    sentence: str
    facts: Facts = field(default_factory=dict)


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
        return Prediction(None, (_without_supply(dark),))
    chain = covering(topology, calls)
    if not chain:
        return Prediction(None, (_no_common_device(calls),))
    reasons = [_smallest(topology, chain[0], calls, customers)]
    device, more = _climb(topology, chain, len(calls), customers, rules)
    return Prediction(device, (*reasons, *more))


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
) -> tuple[str, list[Reason]]:
    devices = topology.network.devices
    clearing = next((code for code in chain if clears_fault(devices[code], rules)), None)
    if clearing is None:
        return chain[0], [Reason("nothing_clears_above", "No device above it can clear a fault by itself.")]
    if clearing == chain[0]:
        return clearing, [Reason("clears_fault", f"{clearing} can clear a fault by itself.")]
    smaller, larger = (_customers(topology, code, customers) for code in (chain[0], clearing))
    chance = (smaller / larger) ** calls if larger else 1.0
    facts: Facts = {
        "device": clearing,
        "customers": larger,
        "chance": round(chance, 4),
        "limit": rules.silence,
    }
    if chance < rules.silence:
        return chain[0], [Reason("silence_above", _silence(clearing, larger - smaller, chance), facts)]
    return clearing, [Reason("climbed", _climbed(chain[0], clearing, larger, chance), facts)]


def _customers(topology: Topology, code: str, customers: Mapping[str, int]) -> int:
    return sum(customers.get(load, 0) for load in topology.downstream(code))


def _smallest(topology: Topology, code: str, calls: Sequence[str], customers: Mapping[str, int]) -> Reason:
    count = _customers(topology, code, customers)
    loads = len(set(calls))
    sentence = (
        f"{code} is the smallest device that feeds all {loads} places of the {len(calls)} calls; "
        f"{count} customers hang on it."
    )
    return Reason("smallest_covering", sentence, {"device": code, "calls": len(calls), "customers": count})


def _climbed(smaller: str, larger: str, customers: int, chance: float) -> str:
    return (
        f"{smaller} cannot clear a fault by itself, so {larger} with {customers} customers is taken: "
        f"calls from below {smaller} alone would still be likely enough ({chance:.0%})."
    )


def _silence(larger: str, silent: int, chance: float) -> str:
    return (
        f"{larger} would clear the fault, but none of its {silent} other customers called; "
        f"if they were out, that would have a chance of {chance:.1%} only."
    )


def _without_supply(loads: list[str]) -> Reason:
    sentence = f"{', '.join(loads)} had no supply in the network's present state already."
    return Reason("without_supply_before", sentence, {"loads": len(loads)})


def _no_common_device(calls: Sequence[str]) -> Reason:
    sentence = f"No single device feeds all {len(set(calls))} places; there may be several faults."
    return Reason("no_common_device", sentence, {"calls": len(calls)})
