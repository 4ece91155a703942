"""Customers who were hurt: low answers as the survey service reports them, and cases worked through."""

from typing import Any
from uuid import UUID, uuid4

from kit.auth import Role
from kit.contracts.survey import DissatisfactionReported, LowItem
from tests.responsibility.company import expect
from tests.support.services import Service

READING = "/city/east/reading/"


async def report(company: Service, *, unit: str = READING, account: str = "3100000001", **change: Any) -> UUID:
    """A low answer about the meter reading; the id of the response."""
    response = change.pop("response_id", None) or uuid4()
    given = {
        "response_id": response,
        "invitation_id": uuid4(),
        "items": [LowItem(driver="billing_accuracy", sub_process="RB-05", score=1.0)],
        "may_contact": True,
        "unit_may_know": True,
        "reported_at": company.clock.now(),
    }
    payload = DissatisfactionReported.model_validate(given | change)
    await company.deliver(payload, subject=str(response), unit=unit, account=account, correlation="invitation-1")
    return response


async def case_of(company: Service, response: UUID) -> Any:
    params = {"response_id": str(response)}
    listed = await expect(await company.client(Role.AGENT).get("/v1/cases", params=params))
    assert len(listed["items"]) == 1
    return listed["items"][0]


class Handled:
    """One case in the hands of the hotline."""

    def __init__(self, company: Service, case: Any) -> None:
        self.id = case["id"]
        self.client = company.client(Role.AGENT, employee="E400")

    async def post(self, move: str, status: int = 200, **body: Any) -> Any:
        return await expect(await self.client.post(f"/v1/cases/{self.id}/{move}", json=body), status)

    async def shown(self) -> Any:
        return await expect(await self.client.get(f"/v1/cases/{self.id}"))


async def hurt(company: Service, **change: Any) -> Handled:
    return Handled(company, await case_of(company, await report(company, **change)))


async def closed(company: Service, **change: Any) -> Handled:
    case = await hurt(company, **change)
    await case.post("contact")
    await case.post("answer", restitution="apology")
    await case.post("restitution", kind="apology")
    await case.post("close")
    return case
