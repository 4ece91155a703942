from typing import Any

import pytest

from kit.auth import Role
from kit.contracts.responsibility import OrderOpened
from tests.responsibility.company import expect
from tests.support.services import Service

ADJUST = {"route": "ADJUST", "unit": "/city/east/", "account": "3100000001"}


async def opened(company: Service, **change: Any) -> Any:
    return await expect(await company.client(Role.INTEGRATOR).post("/v1/orders", json=ADJUST | change), 201)


class TestOpening:
    async def test_plans_the_stages_of_the_route_with_their_teams(self, company: Service) -> None:
        order = await opened(company)
        assert [(s["sub_process"], s["post"], s["unit"]) for s in order["stages"]] == [
            ("CS-01", "CSR", "/city/east/hall-1/"),
            ("RB-05", "READ", "/city/east/reading/"),
            ("RB-09", "CALC", "/city/east/"),
            ("CS-09", "AGENT", "/city/"),
        ]

    async def test_the_first_clock_runs_from_the_opening(self, company: Service) -> None:
        order = await opened(company)
        first, second = order["stages"][:2]
        assert first["due_at"] == "2026-03-03T09:30:00Z"  # 17:30 in Shanghai on the next working day
        assert second["due_at"] is None

    async def test_is_announced_with_unit_and_account(self, company: Service) -> None:
        order = await opened(company, number="GD-ANN-1")
        event = next(e for e in await company.events(OrderOpened) if e["data"]["number"] == "GD-ANN-1")
        assert (event["subject"], event["unit"], event["account"]) == (order["id"], "/city/east/", "3100000001")
        assert event["data"]["sub_process"] == "RB-09"

    async def test_numbers_are_given_where_none_is_told(self, company: Service) -> None:
        first, second = await opened(company), await opened(company)
        assert first["number"] != second["number"]
        assert first["number"].startswith("ORD-2026-")

    async def test_may_lie_back(self, company: Service) -> None:
        order = await opened(company, opened_at="2026-02-27T09:00:00+08:00")
        assert order["stages"][0]["due_at"] == "2026-03-02T09:30:00Z"

    async def test_lies_never_ahead(self, company: Service) -> None:
        body = ADJUST | {"opened_at": "2026-03-02T12:00:00+08:00"}
        problem = await expect(await company.client(Role.INTEGRATOR).post("/v1/orders", json=body), 422)
        assert problem["type"].endswith("out_of_time")

    async def test_the_flow_finds_its_route(self, company: Service) -> None:
        body = {"flow": "RB-09", "unit": "/city/east/"}
        order = await expect(await company.client(Role.AGENT).post("/v1/orders", json=body), 201)
        assert order["route"] == "ADJUST"

    async def test_a_flow_without_a_route_is_one_stage(self, company: Service) -> None:
        body = {"flow": "CU-01", "unit": "/city/east/"}
        order = await expect(await company.client(Role.AGENT).post("/v1/orders", json=body), 201)
        assert (order["route"], [s["sub_process"] for s in order["stages"]]) == (None, ["CU-01"])

    async def test_attributes_choose_limits_and_stages(self, company: Service) -> None:
        body = {
            "route": "HV_NEW",
            "unit": "/city/east/",
            "attributes": {"source": "dual", "kinds": ["important"]},
        }
        order = await expect(await company.client(Role.OPERATOR).post("/v1/orders", json=body), 201)
        stages = {s["sub_process"]: s for s in order["stages"]}
        assert stages["BE-03"]["limit"]["amount"] == 12
        assert "BE-07" in stages
        assert order["due_at"] == "2026-04-15T09:30:00Z"  # 32 weekdays after 2 March

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"route": "NOWHERE"}, 404),
            ({"route": "HV_NEW"}, 422),  # does not say its source
            ({"route": None, "flow": "RB-05"}, 422),  # no flow
            ({"route": None, "flow": "ZZ-99"}, 404),
            ({"flow": "RB-09"}, 422),  # both
            ({"unit": "/mars/"}, 422),
            ({"account": "one"}, 422),
        ],
    )
    async def test_what_cannot_be_opened(self, company: Service, change: Any, status: int) -> None:
        await expect(await company.client(Role.INTEGRATOR).post("/v1/orders", json=ADJUST | change), status)


class TestPushedTwice:
    async def test_under_one_key_it_is_one_order(self, company: Service) -> None:
        client, key = company.client(Role.INTEGRATOR), {"Idempotency-Key": "push-1"}
        first = await expect(await client.post("/v1/orders", json=ADJUST, headers=key), 201)
        again = await expect(await client.post("/v1/orders", json=ADJUST, headers=key), 201)
        assert again == first
        other = await client.post("/v1/orders", json=ADJUST | {"account": "3100000002"}, headers=key)
        assert other.status_code == 422

    async def test_under_one_number_it_is_one_order(self, company: Service) -> None:
        first, again = await opened(company, number="GD-2"), await opened(company, number="GD-2")
        assert first["id"] == again["id"]

    async def test_a_number_is_given_once(self, company: Service) -> None:
        await opened(company, number="GD-3")
        body = ADJUST | {"number": "GD-3", "account": "3100000009"}
        problem = await expect(await company.client(Role.INTEGRATOR).post("/v1/orders", json=body), 409)
        assert problem["type"].endswith("order_number_taken")


class TestSeeing:
    async def test_teams_see_orders_in_which_they_have_a_stage(self, company: Service) -> None:
        order = await opened(company, number="GD-SEE")
        reading = company.client(Role.EMPLOYEE, unit="/city/east/reading/", employee="E200")
        assert (await expect(await reading.get(f"/v1/orders/{order['id']}")))["number"] == "GD-SEE"

    async def test_others_do_not(self, company: Service) -> None:
        order = await opened(company)
        west = company.client(Role.EMPLOYEE, unit="/city/west/", employee="W200")
        assert (await west.get(f"/v1/orders/{order['id']}")).status_code == 404
        assert (await expect(await west.get("/v1/orders")))["items"] == []

    async def test_nobody_opens_orders_for_another_district(self, company: Service) -> None:
        east = company.client(Role.AGENT, unit="/city/east/")
        assert (await east.post("/v1/orders", json=ADJUST | {"unit": "/city/west/"})).status_code == 403

    async def test_lists_are_filtered(self, company: Service) -> None:
        await opened(company, number="GD-LIST", account="3100000077")
        client = company.client(Role.AGENT)
        listed = await expect(await client.get("/v1/orders", params={"account": "3100000077"}))
        assert [order["number"] for order in listed["items"]] == ["GD-LIST"]
        assert (await expect(await client.get("/v1/orders", params={"state": "completed"})))["items"] == []


class TestCancelling:
    async def test_is_final(self, company: Service) -> None:
        order = await opened(company)
        client = company.client(Role.OPERATOR)
        assert (await expect(await client.post(f"/v1/orders/{order['id']}/cancel", json={})))["state"] == "cancelled"
        problem = await expect(await client.post(f"/v1/orders/{order['id']}/cancel", json={}), 409)
        assert problem["allowed"] == []
        start = await client.post(f"/v1/orders/{order['id']}/stages/CS-01/start", json={})
        assert (await expect(start, 409))["type"].endswith("order_over")
