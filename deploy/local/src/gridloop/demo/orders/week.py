"""The orders of each week: planned from the story, played, and remembered by their customers."""

from dataclasses import dataclass, field
from typing import Any

from gridloop.demo.company.company import Company
from gridloop.demo.gateway import Body
from gridloop.demo.orders.customers import Pools
from gridloop.demo.orders.plan import PlannedOrder, courses_of, planned
from gridloop.demo.orders.play import play


@dataclass
class Orders:
    """``followed``: the account whose case the report follows, once its order is planned."""

    company: Company
    story: Any
    by_account: dict[str, PlannedOrder] = field(default_factory=dict)
    followed: str = ""

    def __post_init__(self) -> None:
        self._pools = Pools(self.company.customers, self.company.stream("orders", "customers"))

    def _customer(self, about: Body) -> str:
        return self._pools.take({load for breaker in about["feeders"] for load in self.company.feeds[breaker]})

    async def tell(self, week: Body) -> None:
        """The customer-service system tells what happened in the orders of this week."""
        chance = self.company.stream("orders", week["week"])
        factor = self.company.scale["orders"]
        counts = {kind: count * factor for kind, count in week["orders"].items()}
        orders = []
        for kind, drawn in courses_of(counts, self.story["order_kinds"], week["phase"], chance):
            about, number = self.story["order_kinds"][kind], len(self.by_account) + 1
            account = self._customer(about)
            course = drawn if self.followed else self._follow(account)
            order = planned(
                number, week["week"], kind, about, account, course, self.story["courses"], self.company.weeks, chance
            )
            self.by_account[account] = order
            orders.append(order)
        await play(self.company, orders, week["week"])

    def _follow(self, account: str) -> str:
        """The first order of all is the one that the report follows."""
        self.followed = account
        return str(self.story["phones"]["followed"]["course"])
