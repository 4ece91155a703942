"""What comes several times at the same moment has its effect once."""

import asyncio
from collections import Counter
from typing import Any

from kit.auth import Role
from tests.responsibility.hurt import READING, hurt
from tests.responsibility.walk import walk
from tests.support.services import Service

TIMES = 5


async def at_once(*calls: Any) -> Counter[int]:
    """How often each status was answered."""
    return Counter(answer.status_code for answer in await asyncio.gather(*calls))


class TestAtOnce:
    async def test_a_finding_is_opened_once(self, company: Service) -> None:
        client = company.client(Role.LEADER)
        body = {"unit": READING, "sub_process": "RB-05", "cause": "at_once"}
        said = await at_once(*(client.post("/v1/findings", json=body) for _ in range(TIMES)))
        assert said == {201: 1, 409: TIMES - 1}

    async def test_an_order_number_is_given_once(self, company: Service) -> None:
        client = company.client(Role.INTEGRATOR)
        body = {"route": "ADJUST", "unit": "/city/east/", "number": "GD-AT-ONCE"}
        said = await at_once(*(client.post("/v1/orders", json=body) for _ in range(TIMES)))
        assert set(said) <= {201, 409}
        assert len(await company.sql("SELECT FROM service_order WHERE number = 'GD-AT-ONCE'")) == 1

    async def test_a_handover_is_offered_and_accepted_once(self, company: Service) -> None:
        story = await walk(company)
        await story.post("CS-01", "start")
        url = f"/v1/orders/{story.id}/stages"
        said = await at_once(*(story.client.post(f"{url}/CS-01/hand-over", json={}) for _ in range(TIMES)))
        assert said == {200: TIMES}  # all at the same moment of business time: the same thing told again
        await at_once(*(story.client.post(f"{url}/RB-05/accept", json={}) for _ in range(TIMES)))
        rows = await company.sql("SELECT state FROM handover WHERE order_id::text = $1", story.id)
        assert [row["state"] for row in rows] == ["accepted"]

    async def test_accepting_and_returning_exclude_each_other(self, company: Service) -> None:
        story = await walk(company)
        await story.post("CS-01", "start")
        await story.post("CS-01", "hand-over")
        url = f"/v1/orders/{story.id}/stages/RB-05"
        said = await at_once(
            story.client.post(f"{url}/accept", json={}), story.client.post(f"{url}/return", json={"reason": "缺资料"})
        )
        assert said == {200: 1, 409: 1}

    async def test_a_case_is_closed_once(self, company: Service) -> None:
        case = await hurt(company)
        await case.post("contact")
        await case.post("answer", restitution="none")
        said = await at_once(*(case.client.post(f"/v1/cases/{case.id}/close", json={}) for _ in range(TIMES)))
        assert said == {200: 1, 409: TIMES - 1}
