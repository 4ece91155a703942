"""A survey service with questionnaires and campaigns, and customers who can be served and asked."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import yaml

from kit.auth import Role
from kit.contracts.incident import InterruptionEnded
from kit.contracts.responsibility import CaseClosed, FindingVerified, OrderCompleted, StageSummary
from kit.contracts.survey import InvitationIssued
from tests.support.services import Service

CONTENT = Path(__file__).parents[2] / "content" / "questionnaires"
HALL, REPAIR = "/city/east/hall-1/", "/city/east/repair/"
CAMPAIGNS: dict[str, dict[str, Any]] = {
    "after_order": {"questionnaire": "after_order", "trigger": "order_completed"},
    "after_outage": {"questionnaire": "after_outage", "trigger": "incident_restored", "sub_process": "OR-05"},
    "follow_up": {"questionnaire": "follow_up", "trigger": "case_closed"},
}


def content(code: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CONTENT / f"{code}.yaml").read_text())
    return found


def needs() -> list[dict[str, Any]]:
    """The ready-made register."""
    found: list[dict[str, Any]] = yaml.safe_load((CONTENT.parent / "needs" / "needs.yaml").read_text())["needs"]
    return found


class Asking:
    """Builders with defaults; every call goes through the service's public doors."""

    def __init__(self, survey: Service) -> None:
        self.survey = survey
        self.accounts = 3_100_000_000

    async def post(self, path: str, body: Any = None, *roles: Role, status: int = 201, unit: str = "/") -> Any:
        async with self.survey.client(*roles, unit=unit) as client:
            answer = await client.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def publish(self, code: str, definition: dict[str, Any] | None = None) -> str:
        await self.post("/v1/needs/import", {"needs": needs()}, Role.ANALYST, status=200)
        body = {"code": code, "definition": definition or content(code)}
        made = await self.post("/v1/questionnaires", body, Role.ANALYST)
        await self.post(f"/v1/questionnaires/{made['id']}/publish", None, Role.ANALYST, status=200)
        return str(made["id"])

    async def campaign(self, code: str, *, active: bool = True, **more: Any) -> str:
        body = {"code": code} | CAMPAIGNS.get(code, {}) | more
        made = await self.post("/v1/campaigns", body, Role.ANALYST)
        if active:
            await self.post(f"/v1/campaigns/{made['id']}/activate", None, Role.ANALYST, status=200)
        return str(made["id"])

    async def standard(self) -> "Asking":
        """The three ready-made questionnaires, each asked by an active campaign."""
        for code in CAMPAIGNS:
            await self.publish(code)
            await self.campaign(code)
        return self

    async def contact(self, account: str | None = None, **more: Any) -> str:
        self.accounts += 1
        account = account or str(self.accounts)
        body = {"source_version": 1, "unit": "/city/east/", "phone": "+8613800000001", "consent": True} | more
        async with self.survey.client(Role.INTEGRATOR) as client:
            answer = await client.put(f"/v1/contacts/{account}", json=body)
        assert answer.status_code == 200, answer.text
        return account

    async def serve(
        self,
        account: str | None,
        *,
        sub_process: str = "RB-09",
        unit: str | None = HALL,
        at: datetime | None = None,
        order: UUID | None = None,
        stages: Mapping[str, str] | None = None,
    ) -> UUID:
        """An order of this customer is completed; gives the order's id. ``stages``: teams by sub-process."""
        order = order or uuid4()
        at = at or self.survey.clock.now()
        done = OrderCompleted(
            order_id=order,
            number="SO-1",
            route=None,
            sub_process=sub_process,
            opened_at=at,
            completed_at=at,
            stages=[
                StageSummary(sub_process=name, post="CALC", late=False, returns=0, unit=team)
                for name, team in (stages or {}).items()
            ],
            late_stages=0,
            returned_handovers=0,
        )
        await self.survey.deliver(done, subject=str(order), unit=unit, account=account)
        return order

    async def restore(
        self, account: str, *, incident: UUID | None = None, sustained: bool = True, unit: str = REPAIR
    ) -> UUID:
        """This customer's supply comes back; gives the incident's id."""
        incident, now = incident or uuid4(), self.survey.clock.now()
        ended = InterruptionEnded(
            interruption_id=uuid4(),
            incident_id=incident,
            step=1,
            began_at=now,
            ended_at=now,
            minutes=90.0 if sustained else 1.0,
            sustained=sustained,
        )
        await self.survey.deliver(ended, subject=str(incident), unit=unit, account=account)
        return incident

    async def close_case(self, account: str | None, *, case: UUID | None = None, story: str | None = None) -> UUID:
        case = case or uuid4()
        closed = CaseClosed(case_id=case, sub_process="RB-09", closed_at=self.survey.clock.now(), in_time=True)
        await self.survey.deliver(closed, subject=str(case), unit=HALL, account=account, correlation=story)
        return case

    async def verify(self, finding: UUID, **more: Any) -> None:
        now = self.survey.clock.now()
        known = {
            "finding_id": finding,
            "sub_process": "RB-09",
            "driver": "billing_accuracy",
            "unit": "/city/east/",
            "before_to": now,
            "effective_at": now,
            "minimum_n": 5,
            "verified_at": now,
        }
        await self.survey.deliver(FindingVerified(**(known | more)), subject=str(finding), correlation="the-story")

    async def asked(self, trigger_id: UUID) -> list[dict[str, Any]]:
        """The invitations issued on this occasion, as their events tell."""
        events = await self.survey.events(InvitationIssued)
        return [event for event in events if event["data"]["trigger_id"] == str(trigger_id)]

    async def token(self, trigger_id: UUID) -> str:
        """The token of the one invitation issued on this occasion."""
        (event,) = await self.asked(trigger_id)
        found = await self.post(f"/v1/invitations/{event['subject']}/link", None, Role.INTEGRATOR, status=200)
        return str(found["token"])

    async def invited(self, account: str | None = None, **more: Any) -> str:
        """A new customer, served and asked; gives the token."""
        return await self.token(await self.serve(account or await self.contact(), **more))

    async def put(self, response: UUID | str, body: Any) -> Any:
        """The phone delivers: the whole HTTP answer."""
        async with self.survey.client() as phone:
            return await phone.put(f"/v1/responses/{response}", json=body)

    async def answer(self, token: str, *, response: UUID | None = None, **answers: Any) -> UUID:
        """A complete answer that is taken; gives its id."""
        response = response or uuid4()
        answer = await self.put(response, delivery(token, **answers))
        assert answer.status_code == 200, answer.text
        return response


def delivery(token: str, *, revision: int = 1, complete: bool = True, **answers: Any) -> dict[str, Any]:
    """The body that the phone sends."""
    return {"invitation": token, "revision": revision, "complete": complete, "answers": answers}
