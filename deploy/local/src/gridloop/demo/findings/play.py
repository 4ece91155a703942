"""The finding that the cases add up to: contained, analysed, acted upon, verified by another than its owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gridloop.demo.company.company import Company
from gridloop.demo.faults import DemoError
from gridloop.demo.gateway import Body


@dataclass
class FindingLoop:
    """``finding``: its id, once the cases have opened it."""

    company: Company
    story: Any
    finding: str = ""

    async def understand(self) -> None:
        """Contained, traced down to its root cause, given to posts; the duty's new version is in force."""
        with self.company.watcher.chapter("finding", 4) as tick:
            for step in (self._contain, self._analyse, self._plan, self._renew_duty):
                await step()
                tick()
            await self._finish(0)

    async def prove(self) -> None:
        """People are trained, and somebody else looks whether it is really done: the effect is watched."""
        with self.company.watcher.chapter("verification", 2) as tick:
            await self._finish(1)
            tick()
            verified = self.story["verified"]
            await self._tell(verified, "verify", effective=True, note=self.company.say(verified["note"]))

    async def plan_others(self) -> None:
        """Other findings that the weeks have opened, as far as the story knows what is behind them."""
        others = self.story["others"]
        who = self.company.people[others["by"]]
        for finding in await who.all("/v1/findings", state="opened"):
            if finding["driver"] in others["drivers"]:
                await self._plan_other(finding["id"], others)

    async def _plan_other(self, finding: str, others: Body) -> None:
        who, path = self.company.people[others["by"]], f"/v1/findings/{finding}"
        at = {"happened_at": self.company.weeks.moment(others["at"]).isoformat()}
        cause = {name: others[name] for name in ("root_cause", "post")}
        await who.post(f"{path}/analyse", at | cause | {"why": self._chain(others["why"])})
        action, owner = others["action"], self.company.employee(others["by"])
        task = {"task": self.company.say(action["task"]), "due_at": self._at(action["due_at"])}
        planned = {"kind": action["kind"], "post": action["post"]} | task
        await who.post(f"{path}/actions", at | {"owner": owner, "actions": [planned]})

    def _chain(self, links: Sequence[Body]) -> list[Body]:
        return [{name: self.company.say(text) for name, text in link.items()} for link in links]

    def _at(self, text: str) -> str:
        return self.company.weeks.moment(text).isoformat()

    async def _contain(self) -> None:
        self.finding = await self._grown()
        contained = self.story["contained"]
        await self._tell(contained, "contain", note=self.company.say(contained["note"]))

    async def _grown(self) -> str:
        """The finding that the cases opened by themselves."""
        sought = {name: self.story[name] for name in ("unit", "driver", "sub_process")}
        found = await self.company.people["head-east"].all("/v1/findings", sub_process=sought["sub_process"])
        for finding in found:
            if all(finding[name] == value for name, value in sought.items()):
                return str(finding["id"])
        raise DemoError(f"The cases about {sought['driver']} in {sought['unit']} opened no finding.")

    async def _analyse(self) -> None:
        analysed = self.story["analysed"]
        cause = {name: analysed[name] for name in ("root_cause", "post", "duty")}
        await self._tell(analysed, "analyse", why=self._chain(analysed["why"]), **cause)

    async def _plan(self) -> None:
        planned = self.story["planned"]
        owner = self.company.employee(planned["by"])
        await self._tell(planned, "actions", owner=owner, actions=[self._action(one) for one in planned["actions"]])

    def _action(self, planned: Body) -> Body:
        return {
            "kind": planned["kind"],
            "post": planned["post"],
            "employee": self.company.employee(planned["of"]),
            "task": self.company.say(planned["task"]),
            "due_at": self._at(planned["due_at"]),
        }

    async def _renew_duty(self) -> None:
        """The published version with the new text and one checkpoint more; published by another than its author."""
        duty = self.story["duty"]
        author, publisher = (self.company.people[duty[name]] for name in ("drafted_by", "published_by"))
        present = (await author.get(f"/v1/duties/{duty['code']}"))["published"]
        draft = {name: present[name] for name in ("criticality", "drivers")}
        draft |= {"text": duty["text"], "checkpoints": [*present["checkpoints"], duty["checkpoint"]]}
        await author.put(f"/v1/duties/{duty['code']}/draft", draft)
        await publisher.post(f"/v1/duties/{duty['code']}/publish")

    async def _finish(self, number: int) -> None:
        done = self.story["done"][number]
        who = self.company.people[done["by"]]
        finding = await self.company.people["head-east"].get(f"/v1/findings/{self.finding}")
        kind = self.story["planned"]["actions"][number]["kind"]
        action = next(one for one in finding["actions"] if one["kind"] == kind)
        times = {name: self._at(done[name]) for name in ("started_at", "done_at")}
        await who.post(f"/v1/actions/{action['id']}/done", times | {"evidence": self.company.say(done["evidence"])})

    async def _tell(self, what: Body, move: str, **more: Any) -> None:
        who = self.company.people[what["by"]]
        await who.post(f"/v1/findings/{self.finding}/{move}", {"happened_at": self._at(what["at"])} | more)
