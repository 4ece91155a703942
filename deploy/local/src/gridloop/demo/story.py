"""The story as scenes in the order of their moments."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from gridloop.demo.cases.play import Cases
from gridloop.demo.company.company import Company
from gridloop.demo.content import read
from gridloop.demo.findings.play import FindingLoop
from gridloop.demo.orders.week import Orders
from gridloop.demo.outage.play import Outage
from gridloop.demo.phones.rounds import Rounds
from gridloop.demo.phones.send import Phones
from gridloop.demo.yearly.play import YearlySurvey

LONGEST_SILENCE = timedelta(hours=24)


@dataclass(frozen=True)
class Scene:
    """Played when the clock stands at ``at``."""

    at: datetime
    play: Callable[[], Awaitable[None]]


class Story:
    """All that happens after the company was loaded, and what the report has to know to ask for it."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._content: Any = read("demo/story")
        self.orders = Orders(company, self._content)
        self.phones = Phones(company, self._content["phones"])
        self.rounds = Rounds(company, self.orders, self._content["phones"], self.phones)
        self.outage = Outage(company, self._content["outage"])
        refund = self._content["phones"]["followed"]["refund_fen"]
        self.cases = Cases(company, self._content["cases"], refund)
        self.finding = FindingLoop(company, self._content["finding"])
        self.yearly = YearlySurvey(company, self._content["yearly"], self.phones, self.orders, self.outage)

    async def play(self) -> None:
        for scene in sorted(self._scenes(), key=lambda scene: scene.at):
            await self.company.clock.move(scene.at)
            await scene.play()
            await self.company.clock.settle()
            await self.company.watcher.rest()

    def _scenes(self) -> Iterator[Scene]:
        moment = self.company.weeks.moment
        for week in self._content["order_weeks"]:
            yield Scene(moment(week["told"]), partial(self._tell_orders, week))
            yield self._answering(moment(week["answers"]))
        for when in self._content["case_rounds"]:
            yield Scene(moment(when["told"]), partial(self.cases.play, when))
        for text in (self._content["follow_ups"], self._content["ends"]):
            yield self._answering(moment(text))
        yield Scene(moment(self._content["outage"]["began"]), self._outage)
        yield from self._yearly()
        yield Scene(moment(self._content["finding"]["told"]), self.finding.understand)
        yield Scene(moment(self._content["finding"]["verified_told"]), self.finding.prove)
        yield Scene(moment(self._content["finding"]["others"]["told"]), self.finding.plan_others)

    def _yearly(self) -> Iterator[Scene]:
        yield Scene(self.company.weeks.moment(self._content["yearly"]["planned"]), self.yearly.plan)
        for number, when in enumerate(self._content["yearly"]["rounds"]):
            at = self.company.weeks.moment(when["answers"])
            yield Scene(at, partial(self.yearly.answer, number, at))

    def _answering(self, until: datetime) -> Scene:
        """Phones are answered in the day before."""
        return Scene(until, partial(self.rounds.play, until - LONGEST_SILENCE, until))

    async def _tell_orders(self, week: Any) -> None:
        await self.orders.tell(week)
        self.cases.followed = self.orders.followed

    async def _outage(self) -> None:
        await self.outage.play()
        self.rounds.last_step = self.outage.last_step
