from uuid import UUID

from kit.auth import Role
from tests.responsibility.company import expect
from tests.responsibility.findings.test_findings import Worked, opened
from tests.responsibility.hurt import Handled, case_of, report
from tests.responsibility.walk import walk
from tests.support.services import Service


async def hurt_by_order(company: Service) -> Handled:
    """A case from an order whose reading check was returned once."""
    story = await walk(company)
    await story.post("CS-01", "start")
    await story.hand_on("CS-01", "RB-05")
    await story.after(minutes=5).hand_on("RB-05")
    reason = {"checkpoint": "RB-05-READ-G1:A1", "reason": "照片不清"}
    await story.after(minutes=5).post("RB-09", "return", **reason)
    await story.after(minutes=5).hand_on("RB-05", "RB-09")
    await story.after(minutes=5).hand_on("RB-09", "CS-09")
    await story.after(minutes=5).hand_on("CS-09")
    response = await report(company, unit="/city/east/", trigger="order_completed", trigger_id=UUID(story.id))
    return Handled(company, await case_of(company, response))


async def trail(company: Service, case: Handled) -> dict[str, object]:
    return await expect(await company.client(Role.LEADER).get(f"/v1/cases/{case.id}/trail"))


class TestTrail:
    async def test_tells_what_came_before(self, company: Service) -> None:
        told = await trail(company, await hurt_by_order(company))
        assert told["order"]["state"] == "completed"
        assert [stage["returns"] for stage in told["order"]["stages"]] == [0, 1, 0, 0]
        assert [handover["state"] for handover in told["handovers"]].count("returned") == 1
        assert told["finding"] is None

    async def test_and_what_came_of_it(self, company: Service) -> None:
        case = await hurt_by_order(company)
        finding: Worked = await opened(company, "trail")
        await finding.post("cases", case_id=case.id)
        await finding.watched()
        await finding.measured(0.5, 1.5)
        told = (await trail(company, case))["finding"]
        assert (told["root_cause"], told["verified_by"], told["outcome"]) == ("RC3", "E500", "effect_proven")
        assert told["actions"][0]["evidence"] == "doc-1"
        assert told["effects"][0]["difference"] == 1.2

    async def test_of_a_case_that_came_alone(self, company: Service) -> None:
        case = Handled(company, await case_of(company, await report(company)))
        told = await trail(company, case)
        assert told["case"]["correlation"] == "invitation-1"
        assert (told["order"], told["request"], told["handovers"], told["finding"]) == (None, None, [], None)
