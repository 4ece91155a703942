"""Customers spread over the loads of the network."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from gridloop.demo.people.names import NameBook

FIRST_ACCOUNT = 3_100_000_001
FIRST_PHONE = 11_100_000_001
"""Numbers that begin with 111 are assigned to nobody in China: no message can reach a real person."""
HEAVIEST_LOAD = 4.0


@dataclass(frozen=True)
class Mix:
    """Shares of all customers."""

    consent: float
    opt_out: float
    english: float
    important: float
    segments: Mapping[str, float]


@dataclass(frozen=True)
class Customer:
    """One account; ``load`` is the transformer area that supplies it."""

    account: str
    name: str
    phone: str
    language: str
    unit: str
    area: str
    load: str
    segment: str
    consent: bool
    opt_out: bool
    important: bool

    @property
    def may_be_asked(self) -> bool:
        return self.consent and not self.opt_out

    def body(self) -> dict[str, Any]:
        """As ``POST /v1/customers/import`` takes it."""
        return {"source_version": 1} | vars(self)


def population(
    places: Mapping[str, tuple[str, str]],
    single: Collection[str],
    count: int,
    mix: Mix,
    names: NameBook,
    chance: Random,
) -> list[Customer]:
    """``count`` customers in the order of their accounts. ``places``: load -> (unit, area).

    A load of ``single`` has one industrial customer of its own, any other one at least; the rest fall where weights
    between 1 and ``HEAVIEST_LOAD`` let them. Raises ``ValueError`` where there are more loads than customers.
    """
    loads = sorted(places)
    if count < len(loads):
        raise ValueError(f"{count} customers cannot be spread over {len(loads)} loads.")
    shared = [load for load in loads if load not in single]
    weights = [chance.uniform(1.0, HEAVIEST_LOAD) for _ in shared]
    spread = sorted(loads + chance.choices(shared, weights=weights, k=count - len(loads)))
    return [
        _customer(number, load, places[load], mix, names, chance, metered=load in single)
        for number, load in enumerate(spread)
    ]


def _customer(
    number: int, load: str, place: tuple[str, str], mix: Mix, names: NameBook, chance: Random, *, metered: bool
) -> Customer:
    return Customer(
        account=str(FIRST_ACCOUNT + number),
        name=names.marked(names.draw(chance)),
        phone=f"+86{FIRST_PHONE + number}",
        language="en" if chance.random() < mix.english else "zh-CN",
        unit=place[0],
        area=place[1],
        load=load,
        consent=chance.random() < mix.consent,
        opt_out=chance.random() < mix.opt_out,
        important=chance.random() < mix.important,
        segment="industrial" if metered else _drawn(mix.segments, chance),
    )


def _drawn(shares: Mapping[str, float], chance: Random) -> str:
    return chance.choices(list(shares), weights=list(shares.values()))[0]
