from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from kit.auth import Role
from kit.contracts.incident import IncidentOpened, IncidentProgressed, IncidentRestored
from kit.contracts.responsibility import OrderCompleted
from tests.responsibility.company import duty, expect, said
from tests.support.services import Service

REPAIR = "/city/east/repair/"


async def told(company: Service, area: str = "city") -> UUID:
    """An incident that the incident service announced."""
    incident = uuid4()
    opened = IncidentOpened(
        incident_id=incident,
        number=f"INC-{str(incident)[:8]}",
        device="line 12",
        area=area,
        customers_out=120,
        began_at=company.clock.now(),
    )
    await company.deliver(opened, subject=str(incident), unit=REPAIR)
    return incident


async def progressed(company: Service, incident: UUID, state: str) -> None:
    company.clock.advance(timedelta(minutes=10))
    payload = IncidentProgressed(incident_id=incident, state=state, happened_at=company.clock.now())
    await company.deliver(payload, subject=str(incident), unit=REPAIR)


async def restored(company: Service, incident: UUID) -> None:
    company.clock.advance(timedelta(minutes=10))
    now = company.clock.now()
    payload = IncidentRestored(
        incident_id=incident,
        number="INC",
        cause="vehicle",
        began_at=now - timedelta(hours=2),
        restored_at=now,
        steps=3,
        customers=120,
        customer_minutes=5400.0,
    )
    await company.deliver(payload, subject=str(incident), unit=REPAIR)


async def mirror(company: Service, incident: UUID) -> Any:
    params = {"incident_id": str(incident)}
    (order,) = (await expect(await company.client(Role.DISPATCHER).get("/v1/orders", params=params)))["items"]
    return await expect(await company.client(Role.DISPATCHER).get(f"/v1/orders/{order['id']}"))


def states(order: Any) -> dict[str, str]:
    return {stage["sub_process"]: stage["state"] for stage in order["stages"]}


class TestOpening:
    async def test_opens_the_fault_order_with_its_area(self, company: Service) -> None:
        order = await mirror(company, await told(company, "rural"))
        assert order["route"] == "FAULT"
        arrival = next(s for s in order["stages"] if s["sub_process"] == "OR-04")
        assert (arrival["limit"]["amount"], arrival["unit"]) == (90, REPAIR)
        assert states(order)["CS-03"] == "working"

    async def test_told_again_it_is_one_order(self, company: Service) -> None:
        incident = await told(company)
        again = IncidentOpened(
            incident_id=incident,
            number="INC-again",
            device=None,
            area="city",
            customers_out=1,
            began_at=company.clock.now(),
        )
        await company.deliver(again, subject=str(incident), unit=REPAIR)
        rows = await company.sql("SELECT FROM service_order WHERE incident_id = $1", incident)
        assert len(rows) == 1


class TestFollowing:
    async def test_the_stages_follow_the_incident(self, company: Service) -> None:
        incident = await told(company)
        await progressed(company, incident, "dispatched")
        assert states(await mirror(company, incident)) | {"CS-03": "done", "OR-04": "working"} == states(
            await mirror(company, incident)
        )
        await progressed(company, incident, "arrived")
        assert states(await mirror(company, incident))["OR-05"] == "working"

    async def test_the_end_is_left_to_people(self, company: Service) -> None:
        incident = await told(company)
        for state in ("dispatched", "arrived"):
            await progressed(company, incident, state)
        await restored(company, incident)
        order = await mirror(company, incident)
        assert states(order) == {
            "CS-03": "done",
            "OR-04": "done",
            "OR-05": "handed",
            "OR-06": "offered",
            "CS-09": "planned",
        }
        worker = company.client(Role.OPERATOR)
        for stage, move in (("OR-06", "accept"), ("OR-06", "hand-over"), ("CS-09", "accept"), ("CS-09", "hand-over")):
            await expect(await worker.post(f"/v1/orders/{order['id']}/stages/{stage}/{move}", json={}))
        done = [e for e in await company.events(OrderCompleted) if e["data"]["order_id"] == order["id"]]
        assert [len(e["data"]["stages"]) for e in done] == [5]

    async def test_steps_that_were_skipped_are_passed_with_the_later_ones(self, company: Service) -> None:
        incident = await told(company)
        await restored(company, incident)
        assert states(await mirror(company, incident))["OR-06"] == "offered"

    async def test_arrival_after_its_limit_is_late(self, company: Service) -> None:
        incident = await told(company)
        await progressed(company, incident, "dispatched")
        company.clock.advance(timedelta(minutes=50))
        await progressed(company, incident, "arrived")
        order = await mirror(company, incident)
        assert next(s for s in order["stages"] if s["sub_process"] == "OR-04")["late"] is True

    async def test_a_merged_incident_ends_its_order(self, company: Service) -> None:
        incident = await told(company)
        await progressed(company, incident, "merged")
        assert (await mirror(company, incident))["state"] == "cancelled"
        await progressed(company, incident, "arrived")
        assert (await mirror(company, incident))["state"] == "cancelled"

    async def test_an_incident_whose_clock_is_ahead_is_followed(self, company: Service) -> None:
        incident, ahead = await told(company), company.clock.now() + timedelta(hours=3)
        payload = IncidentProgressed(incident_id=incident, state="arrived", happened_at=ahead)
        await company.deliver(payload, subject=str(incident), unit=REPAIR, time=ahead)
        assert states(await mirror(company, incident))["OR-05"] == "working"

    async def test_an_incident_from_before_is_passed_over(self, company: Service) -> None:
        await progressed(company, uuid4(), "arrived")


class TestGates:
    async def test_hold_the_mirror_until_people_close_them(self, company: Service) -> None:
        gate = duty(
            "OR-04-REPAIR-G1", "REPAIR", "OR-04", drivers=["emergency_response"], text=said("现场许可", "site permit")
        )
        body = {"schema_version": 1, "duties": [gate]}
        await expect(await company.client(Role.ADMIN).post("/v1/duties/import", json=body))
        incident = await told(company)
        for state in ("dispatched", "arrived"):
            await progressed(company, incident, state)
        arrived_at = company.clock.now()
        await restored(company, incident)
        order = await mirror(company, incident)
        assert states(order)["OR-04"] == "working"

        crew = company.client(Role.CREW, unit=REPAIR, employee="E600")
        check = {"checkpoint": "OR-04-REPAIR-G1:A1", "passed": True, "evidence_reference": "photo-9"}
        await expect(await crew.post(f"/v1/orders/{order['id']}/stages/OR-04/checks", json=check))
        await company.own_events()
        order = await mirror(company, incident)
        assert states(order)["OR-06"] == "offered"
        arrival = next(s for s in order["stages"] if s["sub_process"] == "OR-04")
        assert arrival["handed_at"] == arrived_at.isoformat().replace("+00:00", "Z")
