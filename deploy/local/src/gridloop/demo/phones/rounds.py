"""Rounds of answers: whoever was asked since the last one may answer, each by what was lived through."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from gridloop.demo.company.company import Company
from gridloop.demo.gateway import Body
from gridloop.demo.orders.week import Orders
from gridloop.demo.people.customers import Customer
from gridloop.demo.phones.answers import Answers, after_order, after_outage, follow_up
from gridloop.demo.phones.send import Phones


@dataclass
class Rounds:
    """``last_step``: accounts that waited for the last step of the outage. ``unsolved``: who said so."""

    company: Company
    orders: Orders
    story: Any
    phones: Phones
    last_step: set[str] = field(default_factory=set)
    unsolved: str = ""

    async def play(self, since: datetime, until: datetime) -> None:
        await self.phones.answer(since, until, self._ask)

    def _ask(self, invitation: Body, customer: Customer, chance: Random) -> Answers | None:
        trigger = invitation["trigger"]
        followed = customer.account == self.orders.followed
        questionnaire = {"order_completed": "after_order", "incident_restored": "after_outage"}.get(
            trigger, "follow_up"
        )
        if chance.random() >= self.story["answering"][questionnaire] and not followed:
            return None
        if trigger == "order_completed":
            if followed:
                return self._followed()
            course = self.orders.by_account[customer.account].course
            return after_order(self.story, course, customer.language, chance)
        if trigger == "incident_restored":
            last = customer.account in self.last_step
            return after_outage(self.story, customer.language, chance, last_step=last)
        return self._follow_up(customer, chance)

    def _followed(self) -> Answers:
        said = self.story["followed"]
        consents: Answers = {"may_contact": True, "unit_may_know": True}
        return consents | dict(said["answers"]) | {"words": self.company.say(said["words"])}

    def _follow_up(self, customer: Customer, chance: Random) -> Answers:
        """The first customer asked, other than the one followed, was not helped yet."""
        if not self.unsolved and customer.account != self.orders.followed:
            self.unsolved = customer.account
            return follow_up(self.story, customer.language, solved=False, chance=chance)
        return follow_up(self.story, customer.language, solved=True, chance=chance)
