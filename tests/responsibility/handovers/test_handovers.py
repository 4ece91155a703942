from typing import Any

from kit.auth import Role
from kit.contracts.responsibility import HandoverReturned, OrderCompleted
from tests.responsibility.company import expect
from tests.responsibility.walk import Walk, completed, walk
from tests.support.services import Service

GATE = "RB-05-READ-G1:A1"
REASON = "示数照片不清晰"


async def offered_to_calc(company: Service) -> Walk:
    """An ADJUST order whose reading check was handed on to RB-09."""
    story = await walk(company)
    await story.post("CS-01", "start")
    await story.hand_on("CS-01", "RB-05")
    await story.after(minutes=10).hand_on("RB-05")
    return story


async def returned(story: Walk, **change: Any) -> Any:
    return await story.after(minutes=5).post("RB-09", "return", **({"checkpoint": GATE, "reason": REASON} | change))


class TestHandingOver:
    async def test_waits_for_the_next_post(self, company: Service) -> None:
        story = await offered_to_calc(company)
        states = {s["sub_process"]: s["state"] for s in (await story.shown())["stages"]}
        assert (states["RB-05"], states["RB-09"]) == ("handed", "offered")

    async def test_is_done_once_accepted(self, company: Service) -> None:
        story = await offered_to_calc(company)
        await story.after(minutes=1).post("RB-09", "accept")
        states = {s["sub_process"]: s["state"] for s in (await story.shown())["stages"]}
        assert (states["RB-05"], states["RB-09"]) == ("done", "working")

    async def test_the_next_clock_runs_from_the_offer(self, company: Service) -> None:
        story = await offered_to_calc(company)
        stage = await story.stage("RB-09")
        assert stage["began_at"] == (await story.stage("RB-05"))["handed_at"]
        assert stage["due_at"] is not None
        assert stage["started_at"] is None

    async def test_told_twice_it_is_one(self, company: Service) -> None:
        story = await offered_to_calc(company)
        again = await story.post("RB-05", "hand-over")
        assert len(again["handovers"]) == 1
        first = await story.after(minutes=1).post("RB-09", "accept")
        assert (await story.post("RB-09", "accept"))["handovers"] == first["handovers"]

    async def test_out_of_order_it_waits(self, company: Service) -> None:
        story = await walk(company)
        problem = await story.post("RB-05", "accept", 409)
        assert problem["type"].endswith("nothing_offered")

    async def test_not_before_the_stage_began(self, company: Service) -> None:
        story = await walk(company)
        await story.after(minutes=10).post("CS-01", "start")
        await story.after(minutes=-5).post("CS-01", "hand-over", 422)


class TestReturning:
    async def test_gives_the_work_back(self, company: Service) -> None:
        story = await offered_to_calc(company)
        told = await returned(story)
        assert told["handovers"][0]["state"] == "returned"
        stages = {s["sub_process"]: s for s in (await story.shown())["stages"]}
        assert (stages["RB-05"]["state"], stages["RB-05"]["returns"]) == ("working", 1)
        assert (stages["RB-09"]["state"], stages["RB-09"]["due_at"]) == ("planned", None)

    async def test_the_checkpoint_has_to_be_passed_again(self, company: Service) -> None:
        story = await offered_to_calc(company)
        await returned(story)
        assert (await story.stage("RB-05"))["blocked_by"] == [GATE]
        await story.post("RB-05", "hand-over", 409)
        await story.after(minutes=5).hand_on("RB-05", "RB-09")
        assert (await story.stage("RB-09"))["state"] == "working"

    async def test_is_announced_without_its_reason(self, company: Service) -> None:
        story = await offered_to_calc(company)
        await returned(story)
        event = (await company.events(HandoverReturned))[-1]
        assert event["subject"] == story.id
        assert (event["data"]["from_sub_process"], event["data"]["checkpoint"]) == ("RB-05", GATE)
        assert REASON not in str(event)

    async def test_the_reason_is_sealed(self, company: Service) -> None:
        story = await offered_to_calc(company)
        await returned(story)
        rows = await company.sql("SELECT reason FROM handover WHERE state = 'returned'")
        assert rows
        assert all(REASON.encode() not in row["reason"] for row in rows)

    async def test_needs_a_reason_and_a_checkpoint_that_was_there(self, company: Service) -> None:
        story = await offered_to_calc(company)
        await story.post("RB-09", "return", 422, checkpoint=GATE)
        await story.post("RB-09", "return", 422, checkpoint="RB-99:A1", reason=REASON)

    async def test_what_was_accepted_is_not_returned(self, company: Service) -> None:
        story = await offered_to_calc(company)
        await story.after(minutes=1).post("RB-09", "accept")
        await story.after(minutes=1).post("RB-09", "return", 409, reason=REASON)


class TestCompleting:
    async def test_tells_of_late_stages_and_returns(self, company: Service) -> None:
        story = await walk(company, number="GD-DONE")
        await story.post("CS-01", "start")
        await story.after(days=6).hand_on("CS-01", "RB-05")
        await story.after(minutes=10).hand_on("RB-05")
        await returned(story)
        await story.after(minutes=10).hand_on("RB-05", "RB-09")
        await story.after(minutes=10).hand_on("RB-09", "CS-09")
        await story.after(minutes=10).hand_on("CS-09")
        assert (await story.shown())["state"] == "completed"
        event = next(e for e in await company.events(OrderCompleted) if e["data"]["number"] == "GD-DONE")
        assert (event["data"]["late_stages"], event["data"]["returned_handovers"]) == (1, 1)
        assert [stage["sub_process"] for stage in event["data"]["stages"]] == ["CS-01", "RB-05", "RB-09", "CS-09"]
        assert [stage["returns"] for stage in event["data"]["stages"]] == [0, 1, 0, 0]
        assert event["data"]["stages"][1]["unit"] == "/city/east/reading/"

    async def test_happens_once(self, company: Service) -> None:
        story = await completed(company, number="GD-ONCE")
        await story.post("CS-09", "hand-over", 409)
        done = [e for e in await company.events(OrderCompleted) if e["data"]["number"] == "GD-ONCE"]
        assert len(done) == 1


class TestSideBySide:
    async def test_the_next_stage_waits_for_both(self, company: Service) -> None:
        story = await walk(company, "BILLING")
        for code in ("RB-03", "RB-04"):
            await story.post(code, "start")
        await story.after(minutes=1).hand_on("RB-03", "RB-05")
        assert (await story.stage("RB-05"))["state"] == "planned"
        await story.after(minutes=1).hand_on("RB-04", "RB-05")
        assert (await story.stage("RB-05"))["state"] == "working"

    async def test_one_return_leaves_the_other_accepted(self, company: Service) -> None:
        story = await walk(company, "BILLING")
        for code in ("RB-03", "RB-04"):
            await story.post(code, "start")
        await story.after(minutes=1).hand_on("RB-03", "RB-05")
        await story.after(minutes=1).hand_on("RB-04")
        await story.after(minutes=1).post("RB-05", "return", from_sub_process="RB-04", reason=REASON)
        states = {s["sub_process"]: s["state"] for s in (await story.shown())["stages"]}
        assert (states["RB-03"], states["RB-04"], states["RB-05"]) == ("done", "working", "planned")


class TestHardGates:
    async def to_meter(self, company: Service) -> Walk:
        """A charging facility's order, handed on to the meter fitter."""
        story = await walk(company, "CHARGING")
        await story.post("NE-04", "start")
        for stage, following in (("NE-04", "BE-02"), ("BE-02", "BE-04"), ("BE-04", "CT-03")):
            await story.after(minutes=1).hand_on(stage, following)
        return story

    async def test_nobody_waives_them(self, company: Service) -> None:
        story = await self.to_meter(company)
        await story.after(minutes=1).hand_on("CT-03")
        problem = await story.after(minutes=1).post("MM-04", "accept", 409)
        assert problem["type"].endswith("hard_gate_closed")
        assert problem["missing"] == ["CT-03 must be done and attested as signed"]
        assert (await story.stage("MM-04"))["state"] == "offered"

    async def test_open_once_the_contract_is_signed(self, company: Service) -> None:
        story = await self.to_meter(company)
        await story.post("CT-03", "attestations", kind="signed", reference="HT-2026-17")
        await story.after(minutes=1).hand_on("CT-03", "MM-04")
        assert (await story.stage("MM-04"))["state"] == "working"

    async def test_what_was_attested_stays(self, company: Service) -> None:
        story = await self.to_meter(company)
        first = await story.post("CT-03", "attestations", kind="signed", reference="HT-1")
        assert await story.post("CT-03", "attestations", kind="signed", reference="HT-1") == first
        await story.post("CT-03", "attestations", 409, kind="signed", reference="HT-2")


class TestTotals:
    async def test_stand_still_in_the_customers_hands(self, company: Service) -> None:
        story = await walk(company, "HV_NEW", attributes={"source": "single"})
        before = (await story.shown())["due_at"]
        await story.post("BE-01", "start")
        for stage, following in (("BE-01", ["BE-02"]), ("BE-02", ["BE-03"]), ("BE-03", ["BE-04"])):
            await story.after(minutes=1).hand_on(stage, *following)
        await story.after(minutes=1).hand_on("BE-04", "BE-05", "BE-09")
        await story.after(minutes=1).hand_on("BE-09")
        await story.after(days=7).hand_on("BE-05")
        prolonged = (await story.shown())["due_at"]
        assert prolonged > before


class TestMine:
    async def test_are_those_to_the_posts_i_hold(self, company: Service) -> None:
        await offered_to_calc(company)
        mine = company.client(Role.EMPLOYEE, unit="/city/east/", employee="E300")
        listed = await expect(await mine.get("/v1/handovers", params={"mine": True, "state": "offered"}))
        assert {h["to_sub_process"] for h in listed["items"]} <= {"RB-09", "MM-04", "BE-05", "CT-03"}
        assert any(h["to_sub_process"] == "RB-09" for h in listed["items"])

    async def test_holding_nothing_there_are_none(self, company: Service) -> None:
        nobody = company.client(Role.EMPLOYEE, employee="E999")
        assert (await expect(await nobody.get("/v1/handovers", params={"mine": True})))["items"] == []

    async def test_of_one_order(self, company: Service) -> None:
        story = await offered_to_calc(company)
        listed = await expect(await company.client(Role.AUDITOR).get("/v1/handovers", params={"order": story.id}))
        assert [h["to_sub_process"] for h in listed["items"]] == ["RB-09", "RB-05"]
