from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from kit.auth import Role
from responsibility.orders.models import Order
from tests.responsibility.company import expect
from tests.responsibility.walk import walk
from tests.support.services import Service

GATE = "RB-05-READ-G1:A1"


class TestStarting:
    async def test_takes_up_the_first_stage(self, company: Service) -> None:
        story = await walk(company)
        await story.after(minutes=5).post("CS-01", "start", by="E100")
        shown = await story.shown()
        assert (shown["state"], shown["stages"][0]["state"]) == ("in_progress", "working")

    async def test_told_twice_it_is_one_start(self, company: Service) -> None:
        story = await walk(company)
        assert await story.post("CS-01", "start") == await story.post("CS-01", "start")

    async def test_not_at_another_time_too(self, company: Service) -> None:
        story = await walk(company)
        await story.post("CS-01", "start")
        problem = await story.after(minutes=1).post("CS-01", "start", 409)
        assert problem["state"] == "working"
        assert problem["allowed"] == ["hand_over"]

    async def test_later_stages_begin_by_their_handover(self, company: Service) -> None:
        story = await walk(company)
        assert "accepting the handover" in (await story.post("RB-05", "start", 409))["detail"]

    async def test_not_before_the_order(self, company: Service) -> None:
        story = await walk(company)
        await story.post("CS-01", "start", 422, happened_at="2026-01-01T00:00:00+08:00")

    async def test_a_stage_that_the_order_lacks(self, company: Service) -> None:
        story = await walk(company)
        await story.post("BE-01", "start", 404)


class TestWhoMayWork:
    async def test_a_holder_of_the_post(self, company: Service) -> None:
        story = await walk(company)
        hall = company.client(Role.EMPLOYEE, unit="/city/east/hall-1/", employee="E100")
        answer = await hall.post(f"/v1/orders/{story.id}/stages/CS-01/start", json={})
        await expect(answer)

    async def test_nobody_else_of_the_same_unit(self, company: Service) -> None:
        story = await walk(company)
        other = company.client(Role.EMPLOYEE, unit="/city/east/", employee="E300")
        problem = await expect(await other.post(f"/v1/orders/{story.id}/stages/CS-01/start", json={}), 403)
        assert problem["type"].endswith("not_holder")

    async def test_for_another_unit_there_is_no_such_stage(self, company: Service) -> None:
        story = await walk(company)
        reading = company.client(Role.EMPLOYEE, unit="/city/east/reading/", employee="E200")
        answer = await reading.post(f"/v1/orders/{story.id}/stages/CS-01/start", json={})
        assert answer.status_code == 404

    async def test_whoever_acts_for_the_holder_meanwhile(self, company: Service) -> None:
        admin, now = company.client(Role.ADMIN), company.clock.now()
        meanwhile = {
            "employee": "E201",
            "post": "READ",
            "unit": "/city/east/reading/",
            "acts_for": "E200",
            "since": now.isoformat(),
            "until": (now + timedelta(days=1)).isoformat(),
        }
        await expect(await admin.post("/v1/holders", json=meanwhile), 201)
        story = await walk(company)
        await story.post("CS-01", "start")
        await story.post("CS-01", "hand-over")
        url, unit = f"/v1/orders/{story.id}/stages/RB-05/accept", "/city/east/reading/"
        absent = await company.client(Role.EMPLOYEE, unit=unit, employee="E200").post(url, json={})
        acting = await company.client(Role.EMPLOYEE, unit=unit, employee="E201").post(url, json={})
        assert (absent.status_code, acting.status_code) == (403, 200)

    async def test_systems_tell_who_did_it(self, company: Service) -> None:
        story = await walk(company)
        await story.post("CS-01", "start")
        await story.hand_on("CS-01", "RB-05")
        shown = await story.check("RB-05", GATE, by="E200")
        check = next(c for c in shown["checks"] if c["checkpoint"] == GATE)
        assert check["recorded_by"] == "E200"


class TestCheckpoints:
    async def test_are_those_in_force_when_the_stage_was_taken_up(self, company: Service) -> None:
        story = await walk(company)
        await story.post("CS-01", "start")
        await story.hand_on("CS-01", "RB-05")
        shown = await story.stage("RB-05")
        assert {(c["checkpoint"], c["dimension"], c["state"]) for c in shown["checks"]} == {
            (GATE, "gate", "open"),
            ("RB-05-READ-N1:A1", "next", "open"),
        }
        assert shown["blocked_by"] == [GATE]

    async def test_an_open_gate_holds_the_stage(self, company: Service) -> None:
        story = await walk(company)
        await story.post("CS-01", "start")
        await story.hand_on("CS-01", "RB-05")
        problem = await story.post("RB-05", "hand-over", 409)
        assert problem["type"].endswith("gate_open")
        assert problem["checkpoints"] == [GATE]

    async def test_a_failed_gate_holds_it_too(self, company: Service) -> None:
        story = await walk(company)
        await story.post("CS-01", "start")
        await story.hand_on("CS-01", "RB-05")
        await story.check("RB-05", GATE, passed=False)
        assert "(failed)" in (await story.post("RB-05", "hand-over", 409))["detail"]
        await story.check("RB-05", GATE)
        await story.post("RB-05", "hand-over")

    async def test_a_note_is_sealed(self, company: Service) -> None:
        story = await walk(company)
        await story.post("CS-01", "start")
        await story.hand_on("CS-01", "RB-05")
        await story.check("RB-05", GATE, note="客户王先生在场")
        notes = await company.sql("SELECT note FROM stage_check WHERE note IS NOT NULL")
        assert notes
        assert all("王".encode() not in row["note"] for row in notes)

    async def test_nobody_is_held_to_what_the_stage_does_not_have(self, company: Service) -> None:
        story = await walk(company)
        await story.post("CS-01", "start")
        await story.check("CS-01", GATE, 404)

    async def test_after_the_stage_nothing_is_recorded(self, company: Service) -> None:
        story = await walk(company)
        await story.post("CS-01", "start")
        await story.hand_on("CS-01", "RB-05")
        await story.after(minutes=1).hand_on("RB-05", "RB-09")
        await story.after(minutes=1).check("RB-05", GATE, 409, passed=False)

    async def test_an_evidence_is_asked_for(self, company: Service) -> None:
        story = await walk(company)
        await story.post("CS-01", "start")
        await story.hand_on("CS-01", "RB-05")
        await story.check("RB-05", GATE, 422, evidence_reference="")


class TestLateness:
    async def test_is_noticed_when_the_stage_is_due(self, company: Service) -> None:
        story = await walk(company, opened_at=company.clock.now().isoformat())
        await story.post("CS-01", "start")
        company.clock.at += timedelta(days=4)
        await company.fire_timers()
        assert (await story.stage("CS-01"))["late"] is True

    async def test_is_judged_by_when_it_happened(self, company: Service) -> None:
        story = await walk(company, opened_at=company.clock.now().isoformat())
        await story.post("CS-01", "start")
        company.clock.at += timedelta(days=4)
        await company.fire_timers()
        told_late = await story.post("CS-01", "hand-over")
        assert told_late["stage"]["late"] is False

    async def test_is_not_noticed_while_somebody_works_on_the_order(self, company: Service) -> None:
        """Who hands on in time has read the stage before: a mark made meanwhile would stay on it."""
        story = await walk(company, opened_at=company.clock.now().isoformat())
        await story.post("CS-01", "start")
        company.clock.at += timedelta(days=4)
        async with company.runtime.database.writing() as session:
            await session.execute(select(Order).where(Order.id == UUID(story.id)).with_for_update())
            with pytest.raises(DBAPIError, match="could not obtain lock"):
                await company.fire_timers()
        await story.post("CS-01", "hand-over")
        await company.fire_timers()
        assert (await story.stage("CS-01"))["late"] is False

    async def test_stays_with_the_stage(self, company: Service) -> None:
        story = await walk(company, opened_at=company.clock.now().isoformat())
        await story.post("CS-01", "start")
        await story.after(days=5).post("CS-01", "hand-over")
        assert (await story.stage("CS-01"))["late"] is True
