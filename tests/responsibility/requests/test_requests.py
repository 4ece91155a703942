from typing import Any

import pytest

from kit.auth import Role
from kit.contracts.responsibility import CaseOpened, RequestOpened
from kit.errors import WrongMove
from responsibility.requests.lifecycle import after
from tests.responsibility.company import expect
from tests.responsibility.walk import Walk
from tests.support.services import Service

ASKED = {"source": "hall", "kind": "enquiry", "unit": "/city/east/hall-1/", "account": "3100000001"}


def hall(company: Service) -> Any:
    return company.client(Role.EMPLOYEE, unit="/city/east/hall-1/", employee="E100")


async def opened(company: Service, **change: Any) -> Any:
    return await expect(await hall(company).post("/v1/requests", json=ASKED | change), 201)


class TestOpening:
    async def test_gives_a_number_a_status_and_a_promise(self, company: Service) -> None:
        request = await opened(company)
        assert request["number"].startswith("REQ-2026-")
        assert (request["state"], request["sub_process"]) == ("opened", "CS-02")
        assert request["due_at"] == "2026-03-04T09:30:00Z"

    async def test_whoever_took_it_stays_answerable(self, company: Service) -> None:
        assert (await opened(company))["first_employee"] == "E100"

    async def test_somebody_must_have_taken_it(self, company: Service) -> None:
        answer = await company.client(Role.INTEGRATOR).post("/v1/requests", json=ASKED)
        problem = await expect(answer, 422)
        assert problem["errors"][0]["pointer"] == "/first_employee"

    async def test_the_note_is_sealed(self, company: Service) -> None:
        request = await opened(company, note="王女士，电话另记")
        row = (await company.sql("SELECT note FROM request WHERE number = $1", request["number"]))[0]
        assert "王".encode() not in row["note"]

    async def test_a_number_pushed_twice_is_one_request(self, company: Service) -> None:
        first, again = await opened(company, number="95598-1"), await opened(company, number="95598-1")
        assert first == again
        other = await hall(company).post("/v1/requests", json=ASKED | {"number": "95598-1", "kind": "service"})
        assert other.status_code == 409

    async def test_a_key_used_twice_is_one_request(self, company: Service) -> None:
        client, key = hall(company), {"Idempotency-Key": "r-1"}
        first = await expect(await client.post("/v1/requests", json=ASKED, headers=key), 201)
        assert await expect(await client.post("/v1/requests", json=ASKED, headers=key), 201) == first

    async def test_is_announced(self, company: Service) -> None:
        request = await opened(company, number="95598-2")
        event = next(e for e in await company.events(RequestOpened) if e["subject"] == request["id"])
        assert (event["account"], event["data"]["kind"]) == ("3100000001", "enquiry")

    async def test_faults_go_to_the_incident_service(self, company: Service) -> None:
        answer = await hall(company).post("/v1/requests", json=ASKED | {"route": "FAULT"})
        assert "/v1/trouble-calls" in (await expect(answer, 422))["errors"][0]["detail"]


class TestServing:
    async def test_an_order_is_opened_in_the_same_transaction(self, company: Service) -> None:
        request = await opened(company, kind="service", route="ADJUST")
        order = await expect(await company.client(Role.AGENT).get(f"/v1/orders/{request['order_id']}"))
        assert (order["route"], order["account"], request["state"]) == ("ADJUST", "3100000001", "in_progress")

    async def test_its_completion_finishes_the_request(self, company: Service) -> None:
        request = await opened(company, kind="service", route="ADJUST")
        client = company.client(Role.INTEGRATOR)
        order = await expect(await client.get(f"/v1/orders/{request['order_id']}"))
        story = Walk(company, client, order)
        await story.post("CS-01", "start")
        for stage, following in (("CS-01", "RB-05"), ("RB-05", "RB-09"), ("RB-09", "CS-09")):
            await story.after(minutes=5).hand_on(stage, following)
        await story.after(minutes=5).hand_on("CS-09")
        await company.own_events()
        shown = await expect(await client.get(f"/v1/requests/{request['id']}"))
        assert shown["state"] == "done"


class TestUnsolved:
    async def test_becomes_a_case(self, company: Service) -> None:
        request = await opened(company, account="3100000050")
        client = hall(company)
        await expect(await client.post(f"/v1/requests/{request['id']}/done", json={}))
        shown = await expect(await client.post(f"/v1/requests/{request['id']}/not-solved", json={}))
        assert (shown["state"], shown["done_at"]) == ("not_solved", None)
        await company.own_events()
        cases = await expect(await company.client(Role.AGENT).get("/v1/cases", params={"account": "3100000050"}))
        assert [(c["source"], c["request_id"]) for c in cases["items"]] == [("not_solved", request["id"])]

    async def test_a_complaint_becomes_one_at_once(self, company: Service) -> None:
        request = await opened(company, kind="complaint", account="3100000051")
        await company.own_events()
        opened_cases = [e for e in await company.events(CaseOpened) if e["account"] == "3100000051"]
        assert [e["data"]["source"] for e in opened_cases] == ["complaint"]
        assert opened_cases[0]["correlation"] == request["id"]

    async def test_what_is_not_done_cannot_be_called_unsolved(self, company: Service) -> None:
        request = await opened(company)
        problem = await expect(await hall(company).post(f"/v1/requests/{request['id']}/not-solved", json={}), 409)
        assert problem["allowed"] == ["finish", "take_up"]

    def test_done_is_not_the_end(self) -> None:
        assert after("done", "object") == "not_solved"
        with pytest.raises(WrongMove):
            after("opened", "object")


class TestSeeing:
    async def test_other_districts_do_not(self, company: Service) -> None:
        request = await opened(company)
        west = company.client(Role.MANAGER, unit="/city/west/")
        assert (await west.get(f"/v1/requests/{request['id']}")).status_code == 404
        assert (await expect(await west.get("/v1/requests")))["items"] == []

    async def test_by_number(self, company: Service) -> None:
        request = await opened(company)
        params = {"number": request["number"]}
        listed = await expect(await company.client(Role.AGENT).get("/v1/requests", params=params))
        assert [r["id"] for r in listed["items"]] == [request["id"]]
