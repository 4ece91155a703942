from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kit.auth import Role
from kit.contracts.responsibility import CaseAnswered, CaseClosed, CaseEscalated, CaseOpened, CaseReopened
from kit.contracts.survey import LowItem, SolvedAnswered
from tests.responsibility.company import expect
from tests.responsibility.hurt import READING, Handled, case_of, closed, hurt, report
from tests.responsibility.walk import completed
from tests.support.services import Service


class TestOpening:
    async def test_a_low_answer_opens_one_case(self, company: Service) -> None:
        response = await report(company)
        await report(company, response_id=response)
        case = await case_of(company, response)
        assert (case["source"], case["sub_process"], case["driver"]) == ("low_answer", "RB-05", "billing_accuracy")

    async def test_its_promise_runs_in_working_days(self, company: Service) -> None:
        case = await case_of(company, await report(company))
        assert case["due_at"] == "2026-03-09T09:30:00Z"

    async def test_is_announced_in_the_story_of_the_invitation(self, company: Service) -> None:
        response = await report(company)
        event = next(e for e in await company.events(CaseOpened) if e["data"]["response_id"] == str(response))
        assert (event["unit"], event["account"], event["correlation"]) == (READING, "3100000001", "invitation-1")

    async def test_the_worst_telling_item_says_what_it_is_about(self, company: Service) -> None:
        items = [
            LowItem(score=1.0),
            LowItem(driver="staff_conduct", sub_process="CS-01", score=2.0),
            LowItem(driver="information", sub_process="RB-10", score=1.5),
        ]
        assert (await case_of(company, await report(company, items=items)))["sub_process"] == "RB-10"

    async def test_without_any_telling_it_goes_to_complaint_handling(self, company: Service) -> None:
        case = await case_of(company, await report(company, items=[LowItem(score=1.0)]))
        assert (case["sub_process"], case["driver"]) == ("CS-04", None)

    async def test_the_team_is_that_of_the_orders_stage(self, company: Service) -> None:
        order = await completed(company)
        response = await report(company, unit="/city/east/", trigger="order_completed", trigger_id=UUID(order.id))
        case = await case_of(company, response)
        assert (case["about_unit"], case["order_id"]) == (READING, order.id)

    async def test_without_an_order_it_is_the_only_team_that_does_such_work(self, company: Service) -> None:
        case = await case_of(company, await report(company, unit="/city/east/", unit_may_know=False))
        assert (case["unit"], case["about_unit"]) == ("/city/", READING)

    async def test_or_the_unit_itself_where_several_do(self, company: Service) -> None:
        case = await case_of(company, await report(company, unit="/city/"))
        assert case["about_unit"] == "/city/"

    async def test_a_follow_up_opens_none(self, company: Service) -> None:
        response = await report(company, trigger="case_closed", trigger_id=uuid4())
        assert await company.sql("SELECT FROM customer_case WHERE response_id = $1", response) == []

    async def test_by_hand(self, company: Service) -> None:
        body = {"source": "complaint", "unit": "/city/east/", "sub_process": "CS-01", "note": "电话投诉"}
        client, key = company.client(Role.AGENT, employee="E400"), {"Idempotency-Key": "case-1"}
        case = await expect(await client.post("/v1/cases", json=body, headers=key), 201)
        assert case["steps"][0]["note"] == "电话投诉"
        assert (await expect(await client.post("/v1/cases", json=body, headers=key), 201))["id"] == case["id"]


class TestConfidence:
    async def test_a_unit_that_may_not_know_never_sees_the_case(self, company: Service) -> None:
        case = await case_of(company, await report(company, unit_may_know=False))
        assert (case["unit"], case["about_unit"]) == ("/city/", READING)
        for unit in (READING, "/city/east/"):
            team = company.client(Role.MANAGER, unit=unit)
            assert (await team.get(f"/v1/cases/{case['id']}")).status_code == 404
            assert (await team.get(f"/v1/cases/{case['id']}/trail")).status_code == 404

    @pytest.mark.parametrize("trigger", ["order_completed", "incident_restored"])
    async def test_an_occasion_that_is_not_told_is_no_order(self, company: Service, trigger: str) -> None:
        await completed(company)
        case = await case_of(company, await report(company, unit_may_know=False, trigger=trigger, trigger_id=None))
        assert case["order_id"] is None

    async def test_nor_is_it_told_by_the_events(self, company: Service) -> None:
        response = await report(company, unit_may_know=False)
        case = Handled(company, await case_of(company, response))
        await case.post("contact")
        await case.post("answer", restitution="none")
        await case.post("close")
        events = [e for e in await company.events() if e["subject"] == case.id]
        assert len(events) == 3
        assert {event["unit"] for event in events} == {"/city/"}

    async def test_a_unit_that_may_know_does(self, company: Service) -> None:
        case = await case_of(company, await report(company))
        team = company.client(Role.MANAGER, unit=READING)
        assert (await team.get(f"/v1/cases/{case['id']}")).status_code == 200

    async def test_nobody_calls_who_wished_no_contact(self, company: Service) -> None:
        case = await hurt(company, may_contact=False)
        assert (await case.post("contact", 409))["allowed"] == ["answer"]
        await case.post("answer", restitution="none")
        await case.post("call-back", 409)
        await case.post("close")

    async def test_notes_are_sealed_and_shown_to_those_who_handle(self, company: Service) -> None:
        case = await hurt(company)
        await case.post("contact", note="客户李女士下午在家")
        rows = await company.sql("SELECT note FROM case_step WHERE note IS NOT NULL")
        assert all("李".encode() not in row["note"] for row in rows)
        assert "李女士" in (await case.shown())["steps"][-1]["note"]
        audited = await expect(await company.client(Role.AUDITOR).get(f"/v1/cases/{case.id}"))
        assert audited["steps"][-1]["note"] is None


class TestHandling:
    async def test_to_the_closing(self, company: Service) -> None:
        case = await hurt(company)
        await case.post("contact")
        await case.post("answer", restitution="refund", note="多计电费退还")
        await case.post("restitution", kind="refund", amount_fen=4630, voucher="TF-2026-17")
        await case.post("call-back")
        shown = await case.post("close")
        assert (shown["state"], shown["in_time"]) == ("closed", True)
        assert [step["move"] for step in shown["steps"]] == [
            "opened", "contact", "answer", "make_good", "call_back", "close"
        ]  # fmt: skip
        assert shown["steps"][1]["employee"] == "E400"
        assert (shown["restitutions"][0]["amount_fen"], shown["restitutions"][0]["voucher"]) == (4630, "TF-2026-17")

    async def test_tells_others(self, company: Service) -> None:
        case = await closed(company)
        answered = next(e for e in await company.events(CaseAnswered) if e["subject"] == case.id)
        done = next(e for e in await company.events(CaseClosed) if e["subject"] == case.id)
        assert answered["data"]["restitution"] == "apology"
        assert done["data"]["in_time"] is True
        assert done["correlation"] == "invitation-1"

    async def test_what_was_promised_comes_before_the_closing(self, company: Service) -> None:
        case = await hurt(company)
        await case.post("contact")
        await case.post("answer", restitution="refund")
        assert (await case.post("close", 409))["type"].endswith("restitution_owed")

    async def test_only_what_was_promised_is_made(self, company: Service) -> None:
        case = await hurt(company)
        await case.post("contact")
        await case.post("answer", restitution="apology")
        problem = await case.post("restitution", 409, kind="refund", amount_fen=1, voucher="V")
        assert problem["type"].endswith("nothing_promised")

    @pytest.mark.parametrize(
        ("body", "pointers"),
        [
            ({"kind": "refund"}, ["/amount_fen", "/voucher"]),
            ({"kind": "apology", "amount_fen": 5}, ["/amount_fen"]),
            ({"kind": "correction"}, ["/voucher"]),
        ],
    )
    async def test_a_restitution_has_what_its_kind_needs(self, company: Service, body: Any, pointers: Any) -> None:
        case = await hurt(company)
        await case.post("contact")
        await case.post("answer", restitution=body["kind"])
        problem = await case.post("restitution", 422, **body)
        assert [error["pointer"] for error in problem["errors"]] == pointers

    async def test_the_database_itself_keeps_vouchers(self, company: Service) -> None:
        case = await closed(company)
        statement = (
            "INSERT INTO restitution (id, case_id, round, kind, amount_fen, made_at, recorded_by) "
            "VALUES (gen_random_uuid(), $1, 0, 'refund', 100, now(), 'x')"
        )
        with pytest.raises(Exception, match="ck_restitution_voucher"):
            await company.sql(statement, UUID(case.id))

    async def test_is_not_closed_unanswered(self, company: Service) -> None:
        case = await hurt(company)
        assert (await case.post("close", 409))["allowed"] == ["contact"]

    async def test_steps_follow_one_another(self, company: Service) -> None:
        case = await hurt(company)
        await case.post("contact")
        early = (company.clock.now() - timedelta(hours=1)).isoformat()
        await case.post("answer", 422, restitution="none", happened_at=early)


class TestPromise:
    async def test_run_out_it_is_escalated_to_the_unit_above(self, company: Service) -> None:
        case = await hurt(company)
        company.clock.advance(timedelta(days=8))
        await company.fire_timers()
        shown = await case.shown()
        assert shown["escalated_at"] is not None
        assert shown["steps"][-1]["move"] == "escalated"
        event = next(e for e in await company.events(CaseEscalated) if e["subject"] == case.id)
        assert event["unit"] == "/city/east/"

    async def test_closed_after_it_is_not_in_time(self, company: Service) -> None:
        case = await hurt(company)
        company.clock.advance(timedelta(days=8))
        await case.post("contact")
        await case.post("answer", restitution="none")
        assert (await case.post("close"))["in_time"] is False

    async def test_closed_before_it_nothing_is_escalated(self, company: Service) -> None:
        case = await closed(company)
        company.clock.advance(timedelta(days=8))
        await company.fire_timers()
        assert (await case.shown())["escalated_at"] is None

    async def test_those_run_out_are_listed(self, company: Service) -> None:
        listed = await expect(await company.client(Role.LEADER).get("/v1/cases", params={"escalated": True}))
        assert listed["items"]
        assert all(case["escalated_at"] for case in listed["items"])


class TestReopening:
    async def followed_up(self, company: Service, case: Handled, *, solved: bool) -> None:
        payload = SolvedAnswered(
            response_id=uuid4(), case_id=UUID(case.id), solved=solved, answered_at=company.clock.now()
        )
        await company.deliver(payload, subject=case.id)

    async def test_not_solved_reopens(self, company: Service) -> None:
        case = await closed(company)
        await self.followed_up(company, case, solved=False)
        shown = await case.shown()
        assert (shown["state"], shown["reopened"], shown["closed_at"]) == ("reopened", 1, None)
        assert any(e["subject"] == case.id for e in await company.events(CaseReopened))

    async def test_also_when_surveys_clock_is_ahead(self, company: Service) -> None:
        case = await closed(company)
        ahead = company.clock.now() + timedelta(hours=3)
        payload = SolvedAnswered(response_id=uuid4(), case_id=UUID(case.id), solved=False, answered_at=ahead)
        await company.deliver(payload, subject=case.id, time=ahead)
        assert (await case.shown())["state"] == "reopened"

    async def test_solved_is_noted(self, company: Service) -> None:
        case = await closed(company)
        await self.followed_up(company, case, solved=True)
        shown = await case.shown()
        assert (shown["state"], shown["steps"][-1]["move"]) == ("closed", "called_solved")

    async def test_twice_not_solved_reopens_once(self, company: Service) -> None:
        case = await closed(company)
        for _ in range(2):
            await self.followed_up(company, case, solved=False)
        assert (await case.shown())["reopened"] == 1

    async def test_a_new_answer_is_needed(self, company: Service) -> None:
        case = await closed(company)
        await case.post("reopen", note="客户称仍未解决")
        await case.post("close", 409)
        await case.post("answer", restitution="apology")
        await case.post("close", 409)
        await case.post("restitution", kind="apology")
        assert (await case.post("close"))["reopened"] == 1


class TestWho:
    async def test_frontline_employees_do_not_read_cases(self, company: Service) -> None:
        assert (await company.client(Role.EMPLOYEE).get("/v1/cases")).status_code == 403

    async def test_auditors_read_and_do_not_handle(self, company: Service) -> None:
        case = await hurt(company)
        auditor = company.client(Role.AUDITOR)
        assert (await auditor.get(f"/v1/cases/{case.id}")).status_code == 200
        assert (await auditor.post(f"/v1/cases/{case.id}/contact", json={})).status_code == 403
