from typing import Any

import pytest

from kit.auth import Role
from tests.responsibility.company import duty, expect
from tests.support.services import Service


async def drafted(company: Service, code: str, **change: Any) -> Any:
    client = company.client(Role.MANAGER)
    return await expect(await client.post("/v1/duties", json=duty(code, "READ", "RB-04", **change)), 201)


async def publish(company: Service, code: str) -> Any:
    return await company.client(Role.UNIT_HEAD).post(f"/v1/duties/{code}/publish")


class TestPublishing:
    async def test_a_draft_binds_nobody(self, company: Service) -> None:
        made = await drafted(company, "RB-04-D1")
        assert made["published"] is None
        assert made["draft"]["version"] == 1

    async def test_becomes_the_version_in_force(self, company: Service) -> None:
        published = await expect(await publish(company, "RB-04-D1"))
        assert published["published"]["state"] == "published"
        assert published["published"]["checkpoints"][0]["evidence"] == "photo"
        assert published["draft"] is None

    async def test_without_a_checkpoint_is_refused(self, company: Service) -> None:
        await drafted(company, "RB-04-D2", checkpoints=[])
        problem = await expect(await publish(company, "RB-04-D2"), 422)
        assert [error["pointer"] for error in problem["errors"]] == ["/checkpoints"]

    async def test_nothing_to_publish(self, company: Service) -> None:
        assert (await expect(await publish(company, "RB-04-D1"), 409))["type"].endswith("no_draft")

    async def test_a_new_version_supersedes(self, company: Service) -> None:
        text = duty("x", "READ", "RB-04", criticality=1)
        body = {name: text[name] for name in ("text", "criticality", "drivers", "checkpoints")}
        await expect(await company.client(Role.MANAGER).put("/v1/duties/RB-04-D1/draft", json=body))
        published = (await expect(await publish(company, "RB-04-D1")))["published"]
        assert (published["version"], published["criticality"]) == (2, 1)

    async def test_a_draft_may_be_written_anew(self, company: Service) -> None:
        await drafted(company, "RB-04-D3")
        text = duty("x", "READ", "RB-04", criticality=2)
        body = {name: text[name] for name in ("text", "criticality", "drivers", "checkpoints")}
        again = await expect(await company.client(Role.MANAGER).put("/v1/duties/RB-04-D3/draft", json=body))
        assert (again["draft"]["version"], again["draft"]["criticality"]) == (1, 2)

    async def test_managers_draft_but_do_not_publish(self, company: Service) -> None:
        assert (await company.client(Role.MANAGER).post("/v1/duties/RB-04-D3/publish")).status_code == 403


@pytest.fixture
async def two_versions(company: Service) -> None:
    """A duty with a superseded and a published version, whatever ran before."""
    if not await company.sql("SELECT FROM duty_version WHERE state = 'superseded'"):
        await drafted(company, "RB-04-D9")
        await expect(await publish(company, "RB-04-D9"))
        text = duty("x", "READ", "RB-04", criticality=1)
        body = {name: text[name] for name in ("text", "criticality", "drivers", "checkpoints")}
        await expect(await company.client(Role.MANAGER).put("/v1/duties/RB-04-D9/draft", json=body))
        await expect(await publish(company, "RB-04-D9"))


@pytest.mark.usefixtures("two_versions")
class TestImmutability:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE duty_version SET text_en = 'other' WHERE state = 'published'",
            "UPDATE duty_version SET state = 'draft', published_at = NULL WHERE state = 'published'",
            "DELETE FROM duty_version WHERE state = 'published'",
            "UPDATE duty_version SET criticality = 1 WHERE state = 'superseded'",
            "DELETE FROM checkpoint",
            "UPDATE checkpoint SET passes_en = 'anything'",
        ],
    )
    async def test_even_the_superuser_is_stopped(self, company: Service, statement: str) -> None:
        with pytest.raises(Exception, match="published duty version cannot be"):
            await company.sql(statement)


class TestImport:
    async def test_again_publishes_nothing_new(self, company: Service) -> None:
        admin = company.client(Role.ADMIN)
        body = {
            "schema_version": 1,
            "duties": [duty("RB-05-READ-G1", "READ", "RB-05"), duty("RB-08-I1", "CALC", "RB-08")],
        }
        assert await expect(await admin.post("/v1/duties/import", json=body)) == {"published": 1, "unchanged": 1}
        assert await expect(await admin.post("/v1/duties/import", json=body)) == {"published": 0, "unchanged": 2}

    async def test_all_or_nothing_with_every_fault(self, company: Service) -> None:
        body = {
            "schema_version": 1,
            "duties": [
                duty("RB-08-I2", "CALC", "RB-08"),
                duty("RB-08-I3", "NOBODY", "RB-88", checkpoints=[]),
                duty("RB-08-I2", "CALC", "RB-08"),
            ],
        }
        problem = await expect(await company.client(Role.ADMIN).post("/v1/duties/import", json=body), 422)
        pointers = {error["pointer"] for error in problem["errors"]}
        assert pointers == {
            "/duties/1/sub_process", "/duties/1/post", "/duties/1/checkpoints", "/duties/2/code"
        }  # fmt: skip
        assert (await company.client(Role.EMPLOYEE).get("/v1/duties/RB-08-I2")).status_code == 404

    async def test_a_code_stays_with_its_post(self, company: Service) -> None:
        body = {"schema_version": 1, "duties": [duty("RB-05-READ-G1", "CALC", "RB-07")]}
        problem = await expect(await company.client(Role.ADMIN).post("/v1/duties/import", json=body), 422)
        assert "belongs to READ, RB-05" in problem["errors"][0]["detail"]

    async def test_a_changed_text_is_a_new_version(self, company: Service) -> None:
        admin = company.client(Role.ADMIN)
        body = {"schema_version": 1, "duties": [duty("RB-08-I1", "CALC", "RB-08", criticality=1)]}
        assert (await expect(await admin.post("/v1/duties/import", json=body)))["published"] == 1
        shown = await expect(await admin.get("/v1/duties/RB-08-I1"))
        assert (shown["published"]["version"], shown["published"]["criticality"]) == (2, 1)

    async def test_takes_the_place_of_a_draft(self, company: Service) -> None:
        await drafted(company, "RB-04-D8", criticality=1)
        body = {"schema_version": 1, "duties": [duty("RB-04-D8", "READ", "RB-04", criticality=2)]}
        await expect(await company.client(Role.ADMIN).post("/v1/duties/import", json=body))
        shown = await expect(await company.client(Role.ADMIN).get("/v1/duties/RB-04-D8"))
        assert (shown["draft"], shown["published"]["criticality"]) == (None, 2)

    async def test_the_whole_companys_fit_one_short_transaction(self, company: Service) -> None:
        """2 310 duties; the application's transactions end after five seconds."""
        many = [duty(f"RB-06-N{number:04d}", "CALC", "RB-06") for number in range(2310)]
        body = {"schema_version": 1, "duties": many}
        told = await expect(await company.client(Role.ADMIN).post("/v1/duties/import", json=body))
        assert told == {"published": 2310, "unchanged": 0}


class TestReading:
    async def test_by_post_and_sub_process(self, company: Service) -> None:
        listed = await expect(await company.client(Role.UNION).get("/v1/duties", params={"sub_process": "RB-05"}))
        assert [entry["code"] for entry in listed["items"]] == ["RB-05-READ-G1", "RB-05-READ-N1"]
        assert {entry["dimension"] for entry in listed["items"]} == {"gate", "next"}

    async def test_unknown_post_or_sub_process(self, company: Service) -> None:
        answer = await company.client(Role.MANAGER).post("/v1/duties", json=duty("RB-04-D9", "NOBODY", "RB-44"))
        problem = await expect(answer, 422)
        assert {error["pointer"] for error in problem["errors"]} == {"/post", "/sub_process"}
