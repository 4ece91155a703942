"""Plays planned orders: the customer-service system tells what each post did, and when."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from gridloop.demo.company.company import Company
from gridloop.demo.content import read
from gridloop.demo.gateway import Body, each
from gridloop.demo.orders.plan import Move, PlannedOrder

CHECKED_BEFORE = timedelta(minutes=4)


async def play(company: Company, orders: Sequence[PlannedOrder], week: int) -> None:
    with company.watcher.chapter("orders", len(orders), week=week) as tick:
        await each(orders, lambda order: _Played(company, order).run(), tick=tick)


class _Played:
    """One order on its way; remembers which gate checkpoints keep each stage from being handed on."""

    def __init__(self, company: Company, order: PlannedOrder) -> None:
        self._company = company
        self._order = order
        self._path = ""
        self._gates: dict[str, list[str]] = {}
        self._worker: dict[str, str] = {}

    async def run(self) -> None:
        for move in self._order.moves:
            await getattr(self, f"_{move.kind}")(move)

    async def _open(self, move: Move) -> None:
        order = self._order
        given = {"number": order.number, "route": order.route, "unit": order.unit, "account": order.account}
        opened = await self._company.system.post("/v1/orders", given | {"opened_at": move.at.isoformat()})
        self._path = f"/v1/orders/{opened['id']}/stages"
        for stage in opened["stages"]:
            self._worker[stage["sub_process"]] = self._holder(stage["post"], stage["unit"])

    def _holder(self, post: str, unit: str) -> str:
        """Always the same colleague for an order; among several the orders are shared out."""
        held = [one.employee for one in self._company.staff if (one.post, one.unit) == (post, unit)]
        return held[int(self._order.number[-5:]) % len(held)]

    async def _start(self, move: Move) -> None:
        self._keep(await self._tell(move, "start"))

    async def _accept(self, move: Move) -> None:
        self._keep((await self._tell(move, "accept"))["stage"])

    async def _hand_over(self, move: Move) -> None:
        for checkpoint in self._gates.pop(move.stage, []):
            await self._check(move, checkpoint, at=move.at - CHECKED_BEFORE, passed=True)
        await self._tell(move, "hand-over")

    async def _fail(self, move: Move) -> None:
        await self._check(move, str(move.checkpoint), at=move.at, passed=False)

    async def _return(self, move: Move) -> None:
        """The stage before has the order again, with the checkpoint that it had let pass."""
        reason = read("demo/story")["return_reason"]["zh"]
        given = await self._tell(move, "return", checkpoint=move.checkpoint, reason=reason)
        before = given["handovers"][0]["from_sub_process"]
        self._gates[before] = [str(move.checkpoint)]

    async def _check(self, move: Move, checkpoint: str, *, at: Any, passed: bool) -> None:
        evidence = f"{self._order.number}/{checkpoint}/{at:%d%H%M}"
        told = {"checkpoint": checkpoint, "passed": passed, "evidence_reference": evidence}
        await self._company.system.post(f"{self._path}/{move.stage}/checks", self._told(move, at) | told)

    async def _tell(self, move: Move, what: str, **more: Any) -> Any:
        return await self._company.system.post(f"{self._path}/{move.stage}/{what}", self._told(move, move.at) | more)

    def _told(self, move: Move, at: Any) -> Body:
        return {"happened_at": at.isoformat(), "by": self._worker[move.stage]}

    def _keep(self, stage: Body) -> None:
        self._gates[stage["sub_process"]] = stage["blocked_by"]
