"""The gateway in front of the real services: the seams that no imitation can vouch for."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from gateway.upstreams.resources import RESOURCES
from kit.auth import Role
from kit.contracts.survey import DissatisfactionReported, LowItem
from tests.gateway.serving import Starting
from tests.support.services import Service


@pytest.fixture(scope="module")
async def gateway(
    starting: Starting, survey: Service, incident: Service, responsibility: Service
) -> AsyncIterator[Service]:
    async with starting(survey=survey.app, incident=incident.app, responsibility=responsibility.app) as service:
        yield service


def customer(**given: Any) -> dict[str, Any]:
    return {
        "source_version": 1,
        "unit": "/city/east/",
        "name": "王芳",
        "phone": "+8613800000001",
        "consent": True,
    } | given


class TestCustomers:
    async def test_both_owners_take_their_part_and_show_it_on_the_card(self, gateway: Service) -> None:
        put = await gateway.client(Role.INTEGRATOR).put("/v1/customers/3100000001", json=customer())
        card = (await gateway.client(Role.AGENT).get("/v1/customers/3100000001/card")).json()

        assert (put.status_code, put.json()["pending"]) == (200, [])
        assert card["contact"]["data"]["name"] == "王芳"
        assert card["contact"]["data"]["phone"] == "+8613800000001"
        assert card["supply_point"]["data"]["unit"] == "/city/east/"
        assert card["open_incidents"]["data"]["items"] == []
        assert card["interruptions"]["data"]["sustained"] == 0
        assert card["orders"]["state"] == card["cases"]["state"] == "present"

    async def test_both_owners_take_many(self, gateway: Service) -> None:
        items = [customer(account=f"32{n:08d}") for n in range(50)]

        answer = await gateway.client(Role.INTEGRATOR).post("/v1/customers/import", json={"items": items})
        card = (await gateway.client(Role.AGENT).get("/v1/customers/3200000049/card")).json()

        assert answer.status_code == 200
        assert {tuple(item["pending"]) for item in answer.json()["items"]} == {()}
        assert card["contact"]["state"] == card["supply_point"]["state"] == "present"

    async def test_a_fault_of_the_network_comes_back_with_its_pointer(self, gateway: Service) -> None:
        answer = await gateway.client(Role.INTEGRATOR).put(
            "/v1/customers/3100000002", json=customer(load="no-such-load")
        )
        card = (await gateway.client(Role.AGENT).get("/v1/customers/3100000002/card")).json()

        assert answer.status_code in {409, 422}
        assert answer.headers["content-type"] == "application/problem+json"
        assert card["contact"]["state"] == card["supply_point"]["state"] == "absent"

    async def test_others_units_stay_out(self, gateway: Service) -> None:
        await gateway.client(Role.INTEGRATOR).put("/v1/customers/3100000003", json=customer())

        card = (await gateway.client(Role.AGENT, unit="/city/west/").get("/v1/customers/3100000003/card")).json()

        assert card["contact"]["state"] == card["supply_point"]["state"] == "absent"


class TestQuality:
    async def test_follows_a_case_from_the_answer_on(self, gateway: Service, responsibility: Service) -> None:
        response, invitation = uuid4(), uuid4()
        await responsibility.deliver(
            DissatisfactionReported(
                response_id=response,
                invitation_id=invitation,
                items=[LowItem(driver="billing_accuracy", sub_process="RB-09", score=1)],
                may_contact=True,
                unit_may_know=True,
                reported_at=responsibility.clock.now(),
            ),
            subject=str(response),
            unit="/city/east/",
            account="3100000001",
            correlation=str(invitation),
        )
        manager = gateway.client(Role.MANAGER, unit="/city/east/")
        (case,) = (await manager.get("/v1/cases", params={"response_id": str(response)})).json()["items"]

        loop = await manager.get(f"/v1/quality/cases/{case['id']}")
        elsewhere = await gateway.client(Role.MANAGER, unit="/city/west/").get(f"/v1/quality/cases/{case['id']}")

        assert loop.status_code == 200
        assert loop.json()["trail"]["case"]["number"] == case["number"]
        assert loop.json()["trail"]["case"]["correlation"] == str(invitation), "where the page finds the invitation"
        assert "response: absent" in loop.json()["missing"], "survey holds no such answer in this test"
        assert elsewhere.status_code == 404


class TestDocument:
    async def test_is_whole(self, gateway: Service) -> None:
        merged = (await gateway.client().get("/openapi.json")).json()

        assert "x-missing" not in merged
        served = {path.split("/")[2] for path in merged["paths"]}
        assert {"contacts", "network", "orders", "customers"} <= served
        assert served <= set().union(*RESOURCES.values())

    async def test_every_resource_of_a_service_is_forwarded(
        self, gateway: Service, survey: Service, incident: Service, responsibility: Service
    ) -> None:
        for service in (survey, incident, responsibility):
            paths = [path for path in service.app.openapi()["paths"] if path.startswith("/v1/")]
            found = {path.split("/")[2] for path in paths} - {"events", "demo"}
            assert found <= RESOURCES[service.name], f"{service.name} serves what the gateway does not pass on"

    async def test_operation_ids_are_good_method_names(self, gateway: Service) -> None:
        merged = (await gateway.client().get("/openapi.json")).json()

        operations = [item[method] for item in merged["paths"].values() for method in item if method != "parameters"]
        ids = [operation["operationId"] for operation in operations]
        assert len(ids) == len(set(ids))
        assert all(name.isidentifier() and name.islower() for name in ids)
        prefixed = [name for name in ids if name.startswith(("survey_", "incident_", "responsibility_", "gateway_"))]
        assert prefixed == [], "functions of two services share a name"

    async def test_phones_need_no_sign_in(self, gateway: Service) -> None:
        answer = await gateway.client().post("/v1/invitations/open", json={"invitation": "x"})

        assert answer.headers["content-type"] == "application/problem+json"
        assert "token" in answer.json()["detail"], "survey itself looked at the invitation"
