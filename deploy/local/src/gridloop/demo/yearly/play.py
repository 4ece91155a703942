"""The yearly survey: planned by the analyst, sent by the clock, answered on phones."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from gridloop.demo.company.company import Company
from gridloop.demo.content import read
from gridloop.demo.faults import DemoError
from gridloop.demo.gateway import Body
from gridloop.demo.orders.week import Orders
from gridloop.demo.outage.play import Outage
from gridloop.demo.people.customers import Customer
from gridloop.demo.phones.send import Phones
from gridloop.demo.yearly.answers import Lived, yearly

ANSWERING_DAYS = 6
POLLS = 400
PAUSE = 0.25


class YearlySurvey:
    """``campaign``: its id once it is planned; ``dry_run``: what was to be expected before anybody was asked.

    ``first_account``: who answered first among those without an order of their own.
    """

    def __init__(self, company: Company, story: Any, phones: Phones, orders: Orders, outage: Outage) -> None:
        self.company = company
        self.story = story
        self.campaign = ""
        self.dry_run: Body = {}
        self.first_account = ""
        self._phones = phones
        self._orders = orders
        self._outage = outage
        self._left: list[Body] = []

    async def plan(self) -> None:
        """Questionnaire, dry run, and the round itself."""
        analyst, code = self.company.people["analyst"], self.story["campaign"]["questionnaire"]
        with self.company.watcher.chapter("yearly", 3) as tick:
            asked = {"code": code, "definition": read(f"questionnaires/{code}")}
            made = await analyst.post("/v1/questionnaires", asked)
            await analyst.post(f"/v1/questionnaires/{made['id']}/publish")
            tick()
            self.campaign = (await analyst.post("/v1/campaigns", self.story["campaign"]))["id"]
            self.dry_run = await analyst.post(f"/v1/campaigns/{self.campaign}/dry-run", {"accounts": "none"})
            await analyst.post(f"/v1/campaigns/{self.campaign}/activate")
            tick()
            await self._planned()

    async def _planned(self) -> None:
        for _ in range(POLLS):
            rounds = await self.company.people["analyst"].all(f"/v1/campaigns/{self.campaign}/rounds")
            if rounds and rounds[0]["state"] == "planned":
                asked = await self.company.system.all("/v1/invitations")
                mine = [one for one in asked if one["campaign_id"] == self.campaign]
                self._left = sorted(mine, key=lambda one: one["account"])
                return
            await asyncio.sleep(PAUSE)
        raise DemoError("The yearly survey's round was not planned in time.")

    async def answer(self, number: int, until: datetime) -> None:
        """This share of those who have not answered yet does so in the days before."""
        share = self.story["rounds"][number]["share"]
        customers = {one.account: one for one in self.company.customers}
        responses, left = [], []
        for invitation in self._left:
            chance = self.company.stream("yearly", number, invitation["account"])
            if chance.random() < share:
                if not self.first_account and invitation["account"] not in self._orders.by_account:
                    self.first_account = invitation["account"]
                responses.append(self._response(invitation, customers[invitation["account"]], until))
            else:
                left.append(invitation)
        self._left = left
        await self._phones.deliver(responses, until)

    def _response(self, invitation: Body, customer: Customer, until: datetime) -> Body:
        topic = ("yearly", customer.account)
        chance = self.company.stream(*topic)
        at = until - timedelta(seconds=chance.randrange(ANSWERING_DAYS * 86_400))
        shares = self._phones.story
        answers = yearly(self.story, shares, self._lived(customer), customer.language, until.date(), chance)
        return self._phones.response(invitation, topic, answers, at, customer.language)

    def _lived(self, customer: Customer) -> Lived:
        order = self._orders.by_account.get(customer.account)
        course = order.course if order else ""
        troubles: Sequence[str] = [what for what in ("late", "returned") if what in course]
        minutes = self._outage.minutes.get(customer.account, 0.0)
        return Lived(customer.segment, minutes, frozenset(troubles), order is not None)
