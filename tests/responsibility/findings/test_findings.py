from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kit.auth import Role
from kit.contracts.responsibility import (
    ActionDone,
    FindingAnalysed,
    FindingClosed,
    FindingOpened,
    FindingReopened,
    FindingVerified,
)
from kit.contracts.survey import EffectMeasured, LowItem
from tests.responsibility.company import expect
from tests.responsibility.hurt import READING, hurt, report
from tests.support.services import Service

WHY = [
    {"why": "为何误抄", "because": "远程采集失败后凭经验估抄"},
    {"why": "为何无人发现", "because": "岗位责任未写明复核要求"},
]


@pytest.fixture
def cause() -> str:
    """A cause of each test's own, as only one finding of a kind is open at a time."""
    return f"cause_{uuid4().hex[:8]}"


class Worked:
    """A finding in the hands of the reading team's leader; E500 verifies."""

    def __init__(self, company: Service, finding: Any) -> None:
        self.company = company
        self.id = finding["id"]
        self.owner = company.client(Role.MANAGER, unit=READING, employee="E201")
        self.other = company.client(Role.UNIT_HEAD, employee="E500")

    async def post(self, move: str, status: int = 200, *, by: Any = None, **body: Any) -> Any:
        return await expect(await (by or self.owner).post(f"/v1/findings/{self.id}/{move}", json=body), status)

    async def shown(self) -> Any:
        return await expect(await self.other.get(f"/v1/findings/{self.id}"))

    async def analysed(self) -> None:
        await self.post("contain", note="本段全部现场复抄")
        await self.post("analyse", why=WHY, root_cause="RC3", post="READ", duty="RB-05-READ-G1")

    async def planned(self, *kinds: str) -> list[Any]:
        due = (self.company.clock.now() + timedelta(days=7)).isoformat()
        actions = [{"kind": kind, "task": "补充复核要求并培训", "post": "READ", "due_at": due} for kind in kinds]
        return (await self.post("actions", 201, actions=actions))["actions"]

    async def done(self, action: Any, status: int = 200, *, by: Any = None, **body: Any) -> Any:
        answer = await (by or self.owner).post(f"/v1/actions/{action['id']}/done", json={"evidence": "doc-1"} | body)
        return await expect(answer, status)

    async def watched(self) -> None:
        await self.analysed()
        for action in await self.planned("training"):
            await self.done(action)
        await self.post("verify", by=self.other, effective=True)

    async def measured(self, low: float | None, high: float | None, n_after: int = 40) -> None:
        self.company.clock.advance(timedelta(days=1))
        now = self.company.clock.now()
        payload = EffectMeasured(
            finding_id=UUID(self.id),
            sub_process="RB-05",
            driver="billing_accuracy",
            unit=READING,
            before_from=now - timedelta(days=60),
            split_at=now - timedelta(days=20),
            after_to=now,
            n_before=60,
            n_after=n_after,
            mean_before=2.6,
            mean_after=3.8,
            difference=1.2,
            low=low,
            high=high,
            confidence=0.95,
            method="welch",
        )
        await self.company.deliver(payload, subject=self.id, unit=READING)


async def opened(company: Service, cause: str, **change: Any) -> Worked:
    body = {"unit": READING, "sub_process": "RB-05", "cause": cause, "driver": "billing_accuracy", "owner": "E201"}
    client = company.client(Role.MANAGER, unit=READING, employee="E201")
    return Worked(company, await expect(await client.post("/v1/findings", json=body | change), 201))


class TestOpening:
    async def test_one_of_a_kind_is_open_at_a_time(self, company: Service, cause: str) -> None:
        first = await opened(company, cause)
        body = {"unit": READING, "sub_process": "RB-05", "cause": cause}
        problem = await expect(await company.client(Role.LEADER).post("/v1/findings", json=body), 409)
        assert problem["finding"] == first.id

    async def test_the_database_itself_holds_that(self, company: Service, cause: str) -> None:
        await opened(company, cause)
        twin = (
            "INSERT INTO finding (id, number, unit, sub_process, cause, origin, state, opened_at, reopened) "
            "VALUES (gen_random_uuid(), $2, $3, 'RB-05', $1, 'person', 'opened', now(), 0)"
        )
        with pytest.raises(Exception, match="uq_finding_open"):
            await company.sql(twin, cause, f"FND-{cause}", READING)

    async def test_cases_attach_once(self, company: Service, cause: str) -> None:
        case = await hurt(company, items=[LowItem(driver="price", sub_process="RB-10", score=1.0)])
        finding = await opened(company, cause)
        for _ in range(2):
            shown = await finding.post("cases", case_id=case.id)
        assert (shown["case_count"], shown["cases"]) == (1, [case.id])
        other = await opened(company, cause + "_b")
        assert (await other.post("cases", 409, case_id=case.id))["type"].endswith("attached_elsewhere")

    async def test_is_announced(self, company: Service, cause: str) -> None:
        finding = await opened(company, cause)
        event = next(e for e in await company.events(FindingOpened) if e["subject"] == finding.id)
        assert (event["unit"], event["data"]["cause"], event["data"]["cases"]) == (READING, cause, 0)


class TestPattern:
    ITEM = LowItem(driver="staff_skill", sub_process="RB-04", score=1.0)

    async def findings(self, company: Service, cause: str = "staff_skill") -> Any:
        listed = await expect(await company.client(Role.LEADER).get("/v1/findings", params={"cause": cause}))
        return listed["items"]

    async def test_enough_like_cases_open_one(self, company: Service) -> None:
        for number in range(2):
            await report(company, items=[self.ITEM], account=f"310000010{number}")
        await company.own_events()
        assert await self.findings(company) == []
        await report(company, items=[self.ITEM], account="3100000109")
        await company.own_events()
        (finding,) = await self.findings(company)
        assert (finding["origin"], finding["sub_process"], finding["unit"]) == ("cases", "RB-04", READING)
        shown = await expect(await company.client(Role.LEADER).get(f"/v1/findings/{finding['id']}"))
        assert shown["case_count"] == 3

    async def test_further_ones_join_it(self, company: Service) -> None:
        await report(company, items=[self.ITEM], account="3100000110")
        await company.own_events()
        (finding,) = await self.findings(company)
        shown = await expect(await company.client(Role.LEADER).get(f"/v1/findings/{finding['id']}"))
        assert shown["case_count"] == 4

    async def test_the_unit_sees_the_count_but_not_the_hidden_cases(self, company: Service) -> None:
        await report(company, items=[self.ITEM], unit_may_know=False)
        await company.own_events()
        (finding,) = await self.findings(company)
        team = company.client(Role.MANAGER, unit=READING)
        shown = await expect(await team.get(f"/v1/findings/{finding['id']}"))
        assert (shown["case_count"], len(shown["cases"])) == (5, 4)

    async def test_old_cases_do_not_count(self, company: Service) -> None:
        item = LowItem(driver="convenience", sub_process="RB-04", score=1.0)
        for _ in range(2):
            await report(company, items=[item])
        company.clock.advance(timedelta(days=31))
        await report(company, items=[item])
        await company.own_events()
        assert await self.findings(company, "convenience") == []

    async def test_recurrence_reopens_the_closed_one(self, company: Service) -> None:
        item = LowItem(driver="information", sub_process="RB-04", score=1.0)
        for _ in range(3):
            await report(company, items=[item])
        await company.own_events()
        finding = Worked(company, (await self.findings(company, "information"))[0])
        await finding.watched()
        await finding.measured(0.4, 1.9)
        assert (await finding.shown())["state"] == "closed"
        company.clock.advance(timedelta(days=1))
        for _ in range(3):
            await report(company, items=[item])
        await company.own_events()
        (same,) = await self.findings(company, "information")
        assert (same["id"], same["state"], same["reopened"]) == (finding.id, "reopened", 1)
        assert any(e["subject"] == finding.id for e in await company.events(FindingReopened))

    async def test_a_case_from_before_the_closing_belongs_to_it_even_if_read_after(self, company: Service) -> None:
        item = LowItem(driver="facility", sub_process="RB-04", score=1.0)
        for _ in range(3):
            await report(company, items=[item])
        await company.own_events()
        finding = Worked(company, (await self.findings(company, "facility"))[0])
        await finding.watched()
        await report(company, items=[item])
        await finding.measured(0.4, 1.9)
        assert (await finding.shown())["state"] == "closed"
        await company.own_events()
        shown = await finding.shown()
        assert (shown["state"], shown["case_count"]) == ("closed", 4)


class TestAnalysis:
    async def test_names_root_cause_post_and_duty(self, company: Service, cause: str) -> None:
        finding = await opened(company, cause)
        await finding.analysed()
        shown = await finding.shown()
        assert (shown["state"], shown["root_cause"], shown["post"]) == ("analysed", "RC3", "READ")
        assert shown["why"] == WHY
        event = next(e for e in await company.events(FindingAnalysed) if e["subject"] == finding.id)
        assert event["data"]["root_cause"] == "RC3"

    async def test_words_are_sealed(self, company: Service, cause: str) -> None:
        finding = await opened(company, cause)
        await finding.analysed()
        row = (await company.sql("SELECT why, containment FROM finding WHERE id = $1", UUID(finding.id)))[0]
        assert "误抄".encode() not in row["why"]
        assert "复抄".encode() not in row["containment"]

    @pytest.mark.parametrize(
        ("change", "status"), [({"root_cause": "RC5"}, 422), ({"post": "NOBODY"}, 422), ({"duty": "RB-05-NONE"}, 404)]
    )
    async def test_only_what_there_is(self, company: Service, cause: str, change: Any, status: int) -> None:
        finding = await opened(company, cause)
        body = {"why": WHY, "root_cause": "RC3", "post": "READ"} | change
        await finding.post("analyse", status, **body)


class TestActions:
    async def test_the_last_one_done_implements_the_finding(self, company: Service, cause: str) -> None:
        finding = await opened(company, cause)
        await finding.analysed()
        first, second = await finding.planned("training", "duty_version")
        await finding.done(first)
        assert (await finding.shown())["state"] == "planned"
        await finding.done(second)
        assert (await finding.shown())["state"] == "implemented"
        told = [e for e in await company.events(ActionDone) if e["data"]["finding_id"] == finding.id]
        assert {e["data"]["kind"] for e in told} == {"training", "duty_version"}

    async def test_are_done_by_their_post(self, company: Service, cause: str) -> None:
        finding = await opened(company, cause)
        await finding.analysed()
        (action,) = await finding.planned("tool")
        stranger = company.client(Role.EMPLOYEE, unit=READING, employee="E999")
        assert (await finding.done(action, 403, by=stranger))["type"].endswith("not_your_action")
        await finding.done(action, by=company.client(Role.EMPLOYEE, unit=READING, employee="E200"))

    async def test_one_that_names_an_employee_is_theirs(self, company: Service, cause: str) -> None:
        finding = await opened(company, cause)
        await finding.analysed()
        due = (company.clock.now() + timedelta(days=1)).isoformat()
        wanted = {"kind": "visit", "task": "走访客户", "post": "READ", "employee": "E201", "due_at": due}
        action = (await finding.post("actions", 201, actions=[wanted]))["actions"][-1]
        other = company.client(Role.EMPLOYEE, unit=READING, employee="E200")
        await finding.done(action, 403, by=other)
        mine = company.client(Role.EMPLOYEE, unit=READING, employee="E201")
        listed = await expect(await mine.get("/v1/actions", params={"mine": True, "state": "planned"}))
        assert action["id"] in [a["id"] for a in listed["items"]]
        await finding.done(action, by=mine)

    async def test_late_ones_are_marked(self, company: Service, cause: str) -> None:
        finding = await opened(company, cause)
        await finding.analysed()
        (action,) = await finding.planned("training")
        company.clock.advance(timedelta(days=8))
        await company.fire_timers()
        shown = await expect(await finding.owner.get(f"/v1/actions/{action['id']}"))
        assert shown["late"] is True

    async def test_done_twice_at_one_time_is_once(self, company: Service, cause: str) -> None:
        finding = await opened(company, cause)
        await finding.analysed()
        (action,) = await finding.planned("training")
        at = company.clock.now().isoformat()
        await finding.done(action, done_at=at)
        await finding.done(action, done_at=at)
        company.clock.advance(timedelta(minutes=1))
        await finding.done(action, 409)


class TestVerification:
    async def implemented(self, company: Service, cause: str) -> Worked:
        finding = await opened(company, cause)
        await finding.analysed()
        for action in await finding.planned("training"):
            await finding.done(action)
        return finding

    async def test_is_not_the_owners(self, company: Service, cause: str) -> None:
        finding = await self.implemented(company, cause)
        problem = await finding.post("verify", 403, effective=True)
        assert problem["type"].endswith("needs_another")

    async def test_the_database_itself_holds_that(self, company: Service, cause: str) -> None:
        finding = await self.implemented(company, cause)
        with pytest.raises(Exception, match="ck_finding_verified_by_another"):
            await company.sql("UPDATE finding SET verified_by = owner WHERE id = $1", UUID(finding.id))

    async def test_begins_the_watch_with_the_two_sides_of_the_action(self, company: Service, cause: str) -> None:
        finding = await opened(company, cause)
        await finding.analysed()
        first, second = await finding.planned("training", "tool")
        began = company.clock.now() + timedelta(hours=1)
        company.clock.advance(timedelta(days=2))
        await finding.done(first, started_at=began.isoformat())
        company.clock.advance(timedelta(days=1))
        ended = company.clock.now()
        await finding.done(second)
        shown = await finding.post("verify", by=finding.other, effective=True)
        assert (shown["state"], shown["verified_by"]) == ("effect_watch", "E500")
        event = next(e for e in await company.events(FindingVerified) if e["subject"] == finding.id)
        utc = [moment.isoformat().replace("+00:00", "Z") for moment in (began, ended)]
        assert [event["data"]["before_to"], event["data"]["effective_at"]] == utc
        assert (event["data"]["minimum_n"], event["data"]["unit"]) == (20, READING)

    async def test_may_find_that_nothing_was_really_done(self, company: Service, cause: str) -> None:
        finding = await self.implemented(company, cause)
        shown = await finding.post("verify", by=finding.other, effective=False, note="培训无签到")
        assert shown["state"] == "planned"
        (_, again) = await finding.planned("training")
        await finding.done(again)
        assert (await finding.shown())["state"] == "implemented"


class TestEffect:
    async def watched(self, company: Service, cause: str) -> Worked:
        finding = await opened(company, cause)
        await finding.watched()
        return finding

    async def test_proven_closes(self, company: Service, cause: str) -> None:
        finding = await self.watched(company, cause)
        await finding.measured(0.4, 1.9)
        shown = await finding.shown()
        assert (shown["state"], shown["outcome"]) == ("closed", "effect_proven")
        assert (shown["effects"][0]["n_after"], shown["effects"][0]["verdict"]) == (40, "better")
        event = next(e for e in await company.events(FindingClosed) if e["subject"] == finding.id)
        assert event["data"]["outcome"] == "effect_proven"

    @pytest.mark.parametrize(
        ("low", "high", "n_after", "verdict"),
        [(-0.1, 1.9, 40, "open"), (0.4, 1.9, 19, "open"), (-1.9, -0.4, 40, "worse"), (None, None, 40, "open")],
    )
    async def test_anything_else_leaves_it_watched(
        self, company: Service, cause: str, low: Any, high: Any, n_after: int, verdict: str
    ) -> None:
        finding = await self.watched(company, cause)
        await finding.measured(low, high, n_after)
        await finding.measured(low, high, n_after)
        shown = await finding.shown()
        assert shown["state"] == "effect_watch"
        assert [effect["verdict"] for effect in shown["effects"]] == [verdict, verdict]

    async def test_one_that_cannot_be_measured_needs_a_signature(self, company: Service, cause: str) -> None:
        finding = await self.watched(company, cause)
        body = {"outcome": "effect_not_measurable", "reason": "该业务全年仅数件"}
        owner = company.client(Role.UNIT_HEAD, employee="E201")
        await finding.post("close", 403, by=owner, **body)
        shown = await finding.post("close", by=finding.other, **body)
        assert (shown["outcome"], shown["closed_by"], shown["reason"]) == (
            "effect_not_measurable", "E500", "该业务全年仅数件"
        )  # fmt: skip

    async def test_nobody_claims_a_proof(self, company: Service, cause: str) -> None:
        finding = await self.watched(company, cause)
        await finding.post("close", 422, by=finding.other, outcome="effect_proven", reason="做完了")

    async def test_nothing_is_closed_before_it_was_watched(self, company: Service, cause: str) -> None:
        finding = await opened(company, cause)
        body = {"outcome": "effect_not_measurable", "reason": "该业务全年仅数件"}
        await finding.post("close", 409, by=finding.other, **body)

    async def test_reopened_it_needs_a_new_round(self, company: Service, cause: str) -> None:
        finding = await self.watched(company, cause)
        await finding.post("reopen", reason="同类问题再次出现")
        (_, again) = await finding.planned("staffing")
        await finding.done(again)
        shown = await finding.post("verify", by=finding.other, effective=True)
        assert (shown["state"], shown["reopened"]) == ("effect_watch", 1)


class TestSeeing:
    async def test_other_districts_do_not(self, company: Service, cause: str) -> None:
        finding = await opened(company, cause)
        west = company.client(Role.MANAGER, unit="/city/west/")
        assert (await west.get(f"/v1/findings/{finding.id}")).status_code == 404
        assert (await expect(await west.get("/v1/findings")))["items"] == []
