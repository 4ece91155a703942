"""Orders walked through their stages over HTTP, as the customer-service system tells of them."""

from datetime import datetime, timedelta
from typing import Any

import httpx

from kit.auth import Role
from tests.responsibility.company import expect
from tests.support.services import Service


class Walk:
    """One order; ``at`` is when the next thing happened, moved by ``after``."""

    def __init__(self, service: Service, client: httpx.AsyncClient, order: dict[str, Any]) -> None:
        self.service = service
        self.client = client
        self.id = order["id"]
        self.at = datetime.fromisoformat(order["opened_at"])

    def after(self, **length: float) -> "Walk":
        """Time goes by, for the story and for the service's clock."""
        self.at += timedelta(**length)
        self.service.clock.at = max(self.service.clock.at, self.at)
        return self

    async def post(self, stage: str, move: str, status: int = 200, **body: Any) -> Any:
        told = {"happened_at": self.at.isoformat()} | body
        return await expect(await self.client.post(f"/v1/orders/{self.id}/stages/{stage}/{move}", json=told), status)

    async def check(self, stage: str, checkpoint: str, status: int = 200, **body: Any) -> Any:
        told = {"checkpoint": checkpoint, "passed": True, "evidence_reference": "photo-1"} | body
        return await self.post(stage, "checks", status, **told)

    async def pass_gates(self, stage: str) -> None:
        shown = await expect(await self.client.get(f"/v1/orders/{self.id}/stages/{stage}"))
        for checkpoint in shown["blocked_by"]:
            await self.check(stage, checkpoint)

    async def hand_on(self, stage: str, *following: str) -> None:
        """Passes the gates, hands over, and the next posts accept."""
        await self.pass_gates(stage)
        await self.post(stage, "hand-over")
        for receiver in following:
            await self.post(receiver, "accept", from_sub_process=stage)

    async def shown(self) -> Any:
        return await expect(await self.client.get(f"/v1/orders/{self.id}"))

    async def stage(self, code: str) -> Any:
        return await expect(await self.client.get(f"/v1/orders/{self.id}/stages/{code}"))


async def walk(service: Service, route: str = "ADJUST", role: Role = Role.INTEGRATOR, **change: Any) -> Walk:
    client = service.client(role)
    body = {"route": route, "unit": "/city/east/", "account": "3100000001"} | change
    return Walk(service, client, await expect(await client.post("/v1/orders", json=body), 201))


async def completed(service: Service, route: str = "ADJUST", **change: Any) -> Walk:
    """An order of a route without parallel stages, walked to its end."""
    story = await walk(service, route, **change)
    stages = [stage["sub_process"] for stage in (await story.shown())["stages"]]
    await story.post(stages[0], "start")
    for stage, following in zip(stages, [*stages[1:], None], strict=True):
        await story.after(minutes=10).hand_on(stage, *([following] if following else []))
    return story
