from kit.auth import Role
from tests.responsibility.company import expect
from tests.support.services import Service

RULE = {
    "zh": "低分办结",
    "en": "low answer",
    "kind": "internal",
    "amount": 3,
    "unit": "working_day",
    "source": "Order 7/2026",
    "valid_from": "2026-04-01T00:00:00+08:00",
}


class TestPromises:
    async def test_each_names_its_source(self, responsibility: Service) -> None:
        listed = await expect(await responsibility.client(Role.ANALYST).get("/v1/promises"))
        assert "case.low_answer" in [rule["code"] for rule in listed["items"]]
        assert all(rule["source"] for rule in listed["items"])

    async def test_a_new_rule_counts_from_its_day(self, responsibility: Service) -> None:
        leader = responsibility.client(Role.LEADER)
        await expect(await leader.put("/v1/promises/case.low_answer", json=RULE))

        async def amount(at: str) -> int:
            listed = await expect(await leader.get("/v1/promises", params={"at": at}))
            return next(r["amount"] for r in listed["items"] if r["code"] == "case.low_answer")

        assert await amount("2026-03-31T12:00:00+08:00") == 5
        assert await amount("2026-04-01T12:00:00+08:00") == 3

    async def test_what_was_promised_is_not_rewritten(self, responsibility: Service) -> None:
        leader = responsibility.client(Role.LEADER)
        body = RULE | {"valid_from": "2026-05-01T00:00:00+08:00"}
        await expect(await leader.put("/v1/promises/case.complaint", json=body))
        await expect(await leader.put("/v1/promises/case.complaint", json=body | {"amount": 9}), 409)

    async def test_a_number_does_not_become_a_term(self, responsibility: Service) -> None:
        answer = await responsibility.client(Role.LEADER).put("/v1/promises/effect.minimum_n", json=RULE)
        await expect(answer, 422)

    async def test_not_everybody_sets_rules(self, responsibility: Service) -> None:
        answer = await responsibility.client(Role.MANAGER).put("/v1/promises/case.low_answer", json=RULE)
        assert answer.status_code == 403
