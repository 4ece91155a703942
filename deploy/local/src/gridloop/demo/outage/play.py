"""The outage, as hotline, dispatcher and crew live through it."""

from datetime import datetime, timedelta
from typing import Any

from gridloop.demo import chance
from gridloop.demo.company.company import Company
from gridloop.demo.faults import DemoError
from gridloop.demo.gateway import Body

BETWEEN_CALLS = timedelta(seconds=35)


class Outage:
    """``incident``: its id, once the calls made one. ``last_step``: accounts that waited for the last step.

    ``minutes``: how long each account was without supply.
    """

    def __init__(self, company: Company, story: Any) -> None:
        self._company = company
        self._story = story
        self._dispatcher = company.people["dispatcher"]
        self._crew = company.people["crew"]
        self.incident = ""
        self.last_step: set[str] = set()
        self.minutes: dict[str, float] = {}

    async def play(self) -> None:
        chapters = (self._take_calls, self._decide, self._restore, self._close, self._follow_order)
        with self._company.watcher.chapter("outage", len(chapters)) as tick:
            for chapter in chapters:
                await chapter()
                tick()

    def _at(self, text: str) -> str:
        return self._company.weeks.moment(text).isoformat()

    async def _until(self, text: str) -> None:
        await self._company.clock.move(self._company.weeks.moment(text))

    async def _take_calls(self) -> None:
        """Several customers without supply; the last one has seen why."""
        crew = dict(self._story["crew"])
        await self._dispatcher.put(f"/v1/crews/{crew.pop('code')}", crew)
        await self._until(self._story["calls_until"])
        at = self._company.weeks.moment(self._story["began"])
        for load, said in zip(self._story["callers"], self._story["said"], strict=True):
            at += BETWEEN_CALLS
            last = await self._call(load, self._company.say(said), at.isoformat())
        danger = self._story["danger"]
        await self._call(danger["load"], self._company.say(danger["said"]), (at + BETWEEN_CALLS).isoformat())
        await self._company.clock.settle()
        self.incident = await self._explaining(last)

    async def _call(self, load: str, words: str, at: str) -> str:
        customer = next(one for one in self._company.customers if one.load == load)
        call = chance.made_id(self._company.seed, "call", load)
        told = {"id": call, "account": customer.account, "phone": customer.phone, "words": words, "happened_at": at}
        await self._company.people["agent"].post("/v1/trouble-calls", told)
        return call

    async def _explaining(self, call: str) -> str:
        found = (await self._dispatcher.get("/v1/incidents", call=call))["items"]
        if not found:
            raise DemoError("The calls led to no incident.")
        return str(found[0]["id"])

    async def _tell(self, what: str, body: Body, *, by_crew: bool = False) -> Any:
        who = self._crew if by_crew else self._dispatcher
        return await who.post(f"/v1/incidents/{self.incident}/{what}", body)

    async def _decide(self) -> None:
        """The dispatcher stands for the device, sends the crew and says when supply will be back."""
        story = self._story
        await self._until(story["dispatched"])
        device = {"device": story["breaker"], "began_at": self._at(story["began"])}
        await self._tell("confirmation", device | {"happened_at": self._at(story["confirmed"])})
        crew = {"crew": story["crew"]["code"], "happened_at": self._at(story["dispatched"])}
        await self._tell("dispatches", crew)

    async def _restore(self) -> None:
        """The crew's way, estimates and steps in the order in which they happen."""
        story = self._story
        told = [(self._company.weeks.moment(one["made"]), self._estimate, one) for one in story["estimates"]]
        told += [(self._company.weeks.moment(one["at"]), self._move, one) for one in story["moves"]]
        told += [(self._company.weeks.moment(one["at"]), self._step, one) for one in story["steps"]]
        told.append((self._company.weeks.moment(story["done"]), self._report_done, {"at": story["done"]}))
        for moment, tell, what in sorted(told, key=lambda one: one[0]):
            if tell in (self._estimate, self._step):
                await self._company.clock.move(moment)
            await tell(what)

    async def _estimate(self, what: Body) -> None:
        estimate = {"restored_by": self._at(what["restored_by"]), "source": what["source"]}
        await self._tell("estimates", estimate, by_crew=what["source"] == "crew")

    async def _move(self, what: Body) -> None:
        await self._until(what["at"])
        await self._tell("moves", {"to": what["to"], "happened_at": self._at(what["at"])}, by_crew=True)

    async def _step(self, what: Body) -> None:
        step = {"operations": what["operations"], "note": self._company.say(what["note"])}
        await self._tell("steps", step | {"happened_at": self._at(what["at"])})

    async def _report_done(self, what: Body) -> None:
        await self._until(what["at"])
        await self._tell("reports", {"kind": "done", "happened_at": self._at(what["at"])}, by_crew=True)

    async def _close(self) -> None:
        await self._until(self._story["closed"])
        closure = {"cause": self._story["cause"], "happened_at": self._at(self._story["closed"])}
        await self._tell("closure", closure)
        rows = await self._dispatcher.all(f"/v1/incidents/{self.incident}/interruptions")
        last = len(self._story["steps"])
        self.last_step = {row["account"] for row in rows if row["step"] == last}
        self.minutes = {row["account"]: _minutes(row) for row in rows}

    async def _follow_order(self) -> None:
        """The incident carries the fault order that mirrors it; people close its gates and call back."""
        await self._until(self._story["told"])
        orders = await self._company.system.all("/v1/orders", route="FAULT")
        order = next(one for one in orders if one["incident_id"] == self.incident)
        for move in self._story["mirror"]:
            await _Mirror(self._company, order["id"]).tell(move)
            await self._company.clock.settle()


def _minutes(row: Body) -> float:
    began, ended = (datetime.fromisoformat(row[name]) for name in ("began_at", "ended_at"))
    return (ended - began).total_seconds() / 60


class _Mirror:
    """What people do in the fault order beside what the incident tells."""

    def __init__(self, company: Company, order_id: str) -> None:
        self._company = company
        self._path = f"/v1/orders/{order_id}/stages"

    async def tell(self, move: Body) -> None:
        kind = next(name for name in ("clear", "accept", "hand_over") if name in move)
        stage, at = move[kind], self._company.weeks.moment(move["at"])
        if kind == "accept":
            await self._post(f"{stage}/accept", {"happened_at": at.isoformat()})
            return
        found = await self._company.system.get(f"{self._path}/{stage}")
        for checkpoint in found["blocked_by"]:
            evidence = {"checkpoint": checkpoint, "passed": True, "evidence_reference": f"F/{checkpoint}"}
            await self._post(f"{stage}/checks", evidence | {"happened_at": at.isoformat()})
        if kind == "hand_over":
            await self._post(f"{stage}/hand-over", {"happened_at": at.isoformat()})

    async def _post(self, what: str, body: Body) -> None:
        await self._company.system.post(f"{self._path}/{what}", body)
