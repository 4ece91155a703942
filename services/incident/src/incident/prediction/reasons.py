"""Why a device was predicted: a stable code, a sentence for people, and the facts in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Facts = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Reason:
    """``code`` is stable; ``facts`` are the numbers and codes in ``sentence``."""

    code: str
    sentence: str
    facts: Facts = field(default_factory=dict)


def smallest(device: str, calls: Sequence[str], customers: int) -> Reason:
    places = len(set(calls))
    sentence = (
        f"{device} is the smallest device that feeds all {places} places of the {len(calls)} calls; "
        f"{customers} customers hang on it."
    )
    return Reason("smallest_covering", sentence, {"device": device, "calls": len(calls), "customers": customers})


def climbed(smaller: str, larger: str, customers: int, chance: float) -> Reason:
    sentence = (
        f"{smaller} cannot clear a fault by itself, so {larger} with {customers} customers is taken: "
        f"calls from below {smaller} alone would still be likely enough ({chance:.0%})."
    )
    return Reason("climbed", sentence, {"device": larger, "customers": customers, "chance": round(chance, 4)})


def silence_above(larger: str, silent: int, chance: float) -> Reason:
    sentence = (
        f"{larger} would clear the fault, but none of its {silent} other customers called; "
        f"if they were out, that would have a chance of {chance:.1%} only."
    )
    return Reason("silence_above", sentence, {"device": larger, "silent": silent, "chance": round(chance, 4)})


def too_few_for(device: str, callers: int) -> Reason:
    sentence = (
        f"That {device} failed is rarer than two faults at once: it would need {callers} callers or more on each "
        "of two branches."
    )
    return Reason("too_few_for_wide", sentence, {"device": device, "callers": callers})


def without_supply(loads: Sequence[str]) -> Reason:
    sentence = f"{', '.join(loads)} had no supply in the network's present state already."
    return Reason("without_supply_before", sentence, {"loads": len(loads)})


def no_common_device(calls: Sequence[str]) -> Reason:
    sentence = f"No single device feeds all {len(set(calls))} places; there may be several faults."
    return Reason("no_common_device", sentence, {"calls": len(calls)})
