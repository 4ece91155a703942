"""Rounds of work on cases: whoever was hurt is contacted, answered, made good, called back."""

from dataclasses import dataclass
from typing import Any

from gridloop.demo.company.company import Company
from gridloop.demo.gateway import Body, each

OPEN = ("opened", "reopened")
REFUNDED = "billing_accuracy"


@dataclass
class Cases:
    """``followed``: the account whose refund the story fixes, set before the first round."""

    company: Company
    story: Any
    followed_refund_fen: int
    followed: str = ""

    async def play(self, when: Body) -> None:
        """Everything that was open when the round began is closed in it; the clock is past its last step."""
        agent = self.company.people["agent"]
        cases = [case for state in OPEN for case in await agent.all("/v1/cases", state=state)]
        with self.company.watcher.chapter("cases", max(1, len(cases))) as tick:
            await each(sorted(cases, key=lambda case: case["number"]), lambda case: self._handle(case, when), tick=tick)

    async def _handle(self, case: Body, when: Body) -> None:
        notes, again = self.story["notes"], case["reopened"] > 0
        restitution = self._restitution(case)
        if case["may_contact"]:
            await self._tell(case, "contact", when, notes["contact"])
        answer = "again" if again else "answer" if case["driver"] == REFUNDED else "answer_other"
        await self._tell(case, "answer", when, notes[answer], restitution=restitution["kind"])
        if restitution["kind"] != "none":
            await self._tell(case, "make_good", when, None, **restitution)
        if case["may_contact"]:
            await self._tell(case, "call_back", when, notes["call_back"])
        await self._tell(case, "close", when, None)

    def _restitution(self, case: Body) -> Body:
        """Money where a bill was wrong and the customer is known; otherwise an apology to whoever may be called."""
        account = case["account"]
        if account is None:
            return {"kind": "none"}
        if case["driver"] != REFUNDED or case["reopened"]:
            return {"kind": "apology"}
        return {"kind": "refund", "amount_fen": self._refund(account), "voucher": f"TB-{account}"}

    def _refund(self, account: str) -> int:
        if account == self.followed:
            return self.followed_refund_fen
        given = self.story["refund_fen"]
        return self.company.stream("refund", account).randrange(given["least"], given["most"], given["step"])

    async def _tell(self, case: Body, move: str, when: Body, note: Any, **more: Any) -> None:
        path = {"make_good": "restitution", "call_back": "call-back"}.get(move, move)
        told = {"happened_at": self.company.weeks.moment(when[move]).isoformat()} | more
        if note is not None:
            told["note"] = self.company.say(note)
        await self.company.people["agent"].post(f"/v1/cases/{case['id']}/{path}", told)
