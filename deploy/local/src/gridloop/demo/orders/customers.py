"""Which customers bring orders: each once, so that nobody is asked twice."""

from collections.abc import Collection, Sequence
from random import Random

from gridloop.demo.people.customers import Customer


class Pools:
    """Customers in a random order; whoever was taken for one order is taken for no other."""

    def __init__(self, customers: Sequence[Customer], chance: Random) -> None:
        self._left = [one for one in customers if one.may_be_asked]
        chance.shuffle(self._left)

    def take(self, loads: Collection[str]) -> str:
        """The account of somebody supplied by one of ``loads``. Raises ``LookupError`` when all were taken."""
        for place, one in enumerate(self._left):
            if one.load in loads:
                return self._left.pop(place).account
        raise LookupError("The district has too few customers who may be asked for so many orders.")
