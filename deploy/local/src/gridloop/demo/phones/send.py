"""Sends answers as phones do: in batches once they are back on line, one by one, and again on a bad network."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from gridloop.demo import chance
from gridloop.demo.company.company import Company
from gridloop.demo.faults import DemoError
from gridloop.demo.gateway import Body, chunks
from gridloop.demo.people.customers import Customer
from gridloop.demo.phones.answers import Answers

IN_A_BATCH = 200
TAKEN = 200

Ask = Callable[[Body, Customer, Random], Answers | None]
"""(invitation, customer, chance) -> the answers, or None where this customer leaves it unanswered."""


@dataclass
class Phones:
    """All phones together. ``sent`` counts deliveries, ``answered`` the answers among them."""

    company: Company
    story: Any
    sent: int = 0
    answered: int = 0
    _known: set[str] = field(default_factory=set)
    _times: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def answer(self, since: datetime, until: datetime, ask: Ask) -> int:
        """Answers the invitations that came since the last round; how many.

        Everything hangs on the account and the occasion, nothing on the order in which invitations came.
        """
        decided = await self._decided(since, until, ask)
        await self.deliver(decided, until)
        return len(decided)

    async def deliver(self, decided: Sequence[Body], until: datetime) -> None:
        """``decided``: responses whose ``invitation`` is an id still."""
        parts = chunks(decided, IN_A_BATCH)
        with self.company.watcher.chapter("phones", max(1, len(parts)), day=until.date()) as tick:
            with_keys = [response for part in parts for response in await self._with_keys(part)]
            alone, together = with_keys[: self.story["one_by_one"]], with_keys[self.story["one_by_one"] :]
            for number, response in enumerate(alone):
                await self._put(response, times=self.story["bad_network"] if number == 0 else 1)
            for part in chunks(together, IN_A_BATCH):
                await self._send_batch(part)
                tick()
        self.answered += len(decided)

    async def _decided(self, since: datetime, until: datetime, ask: Ask) -> list[Body]:
        customers = {one.account: one for one in self.company.customers}
        asked = await self.company.system.all("/v1/invitations")
        found = [one for one in asked if one["id"] not in self._known and one["trigger"] != "none"]
        self._known |= {one["id"] for one in found}
        decided = []
        for invitation in sorted(found, key=lambda one: (one["account"], one["trigger"])):
            customer = customers[invitation["account"]]
            topic = ("phones", invitation["trigger"], customer.account, *self._again(invitation))
            stream = self.company.stream(*topic)
            answers = ask(invitation, customer, stream)
            if answers is not None:
                at = since + timedelta(seconds=stream.randrange(int((until - since).total_seconds())))
                decided.append(self.response(invitation, topic, answers, at, customer.language))
        return decided

    def _again(self, invitation: Body) -> Sequence[int]:
        """Nothing for an account's first question of a kind; its number for each later one."""
        kind = (invitation["trigger"], invitation["account"])
        self._times[kind] += 1
        return () if self._times[kind] == 1 else (self._times[kind],)

    def response(self, invitation: Body, topic: Sequence[str], answers: Answers, at: datetime, language: str) -> Body:
        return {
            "id": chance.made_id(self.company.seed, "response", *topic),
            "invitation": invitation["id"],
            "revision": 1,
            "complete": True,
            "language": language,
            "answered_at": at.isoformat(),
            "answers": answers,
        }

    async def _with_keys(self, part: Sequence[Body]) -> list[Body]:
        """The link that each customer was sent carries the key."""
        wanted = {"invitations": [response["invitation"] for response in part]}
        given = (await self.company.system.post("/v1/invitations/links", wanted))["items"]
        _require_none_refused([one["problem"] for one in given if one["status"] != TAKEN], part, "keys")
        pairs = zip(part, given, strict=True)
        return [response | {"invitation": one["link"]["token"]} for response, one in pairs]

    async def _put(self, response: Body, *, times: int) -> None:
        body = {name: value for name, value in response.items() if name != "id"}
        for _ in range(times):
            await self.company.phone.put(f"/v1/responses/{response['id']}", body)
            self.sent += 1

    async def _send_batch(self, part: Sequence[Body]) -> None:
        taken = await self.company.phone.post("/v1/responses/batch", {"responses": list(part)})
        self.sent += len(part)
        _require_none_refused([one["problem"] for one in taken["items"] if one["status"] != TAKEN], part, "answers")


def _require_none_refused(refused: Sequence[Body], part: Sequence[Body], what: str) -> None:
    if refused:
        raise DemoError(f"{len(refused)} of {len(part)} {what} were refused: {refused[0]['detail']}")
