from typing import Any

from kit.auth import Role
from tests.responsibility.company import CATALOGUE, expect
from tests.support.services import Service

YAML = {"content-type": "application/yaml"}
NEXT = CATALOGUE.replace('"2026.1"', '"2026.2"').replace("valid_from: 2026-01-01", "valid_from: 2026-06-01")


async def post(service: Service, text: str, role: Role = Role.ADMIN, **params: Any) -> Any:
    return await service.client(role).post("/v1/processes/import", content=text.encode(), headers=YAML, params=params)


class TestImport:
    async def test_a_dry_run_checks_and_stores_nothing(self, responsibility: Service) -> None:
        told = await expect(await post(responsibility, CATALOGUE, dry_run=True))
        assert (told["main_processes"], told["sub_processes"], told["routes"]) == (12, 126, 14)
        assert told["imported"] is False
        assert (await responsibility.client(Role.EMPLOYEE).get("/v1/processes")).status_code == 409

    async def test_a_spoilt_catalogue_leaves_nothing(self, responsibility: Service) -> None:
        spoilt = CATALOGUE.replace("post: COMPL, risk: 3", "post: NOBODY, risk: 3").replace(
            "{amount: 22, unit: working_day", "{amount: 21, unit: working_day"
        )
        problem = await expect(await post(responsibility, spoilt), 422)
        assert problem["type"].endswith("catalogue_refused")
        assert len(problem["errors"]) == 2
        assert all(error["line"].isdigit() for error in problem["errors"])
        assert await responsibility.sql("SELECT FROM catalogue") == []
        assert await responsibility.sql("SELECT FROM post") == []

    async def test_the_whole_is_stored(self, responsibility: Service) -> None:
        assert (await expect(await post(responsibility, CATALOGUE)))["imported"] is True
        counts = await responsibility.sql(
            "SELECT (SELECT count(*) FROM main_process) AS m, (SELECT count(*) FROM sub_process) AS s, "
            "(SELECT count(*) FROM route) AS r, (SELECT count(*) FROM post) AS p"
        )
        assert tuple(counts[0]) == (12, 126, 14, 29)

    async def test_again_is_no_second_version(self, responsibility: Service) -> None:
        assert (await expect(await post(responsibility, CATALOGUE)))["imported"] is False

    async def test_a_version_never_changes(self, responsibility: Service) -> None:
        changed = CATALOGUE.replace("Meter reader", "Reader of meters")
        assert (await expect(await post(responsibility, changed), 409))["type"].endswith("catalogue_version_taken")

    async def test_the_applications_role_cannot_change_one(self, responsibility: Service) -> None:
        rows = await responsibility.sql(
            "SELECT privilege_type FROM information_schema.role_table_grants "
            "WHERE grantee = 'responsibility_app' AND table_name IN ('catalogue', 'sub_process', 'route')"
        )
        assert {row["privilege_type"] for row in rows} == {"SELECT", "INSERT"}

    async def test_a_later_version_counts_from_its_day(self, responsibility: Service) -> None:
        later = NEXT.replace("Meter reader", "Reader of meters").replace('en: "Contract conclusion"', 'en: "Signing"')
        await expect(await post(responsibility, later))
        client = responsibility.client(Role.EMPLOYEE)
        assert (await expect(await client.get("/v1/processes/CT-03")))["en"] == "Contract conclusion"

    async def test_what_is_not_text(self, responsibility: Service) -> None:
        client = responsibility.client(Role.ADMIN)
        await expect(await client.post("/v1/processes/import", content=b"\xff\xfe\x00", headers=YAML), 422)

    async def test_is_not_for_everybody(self, responsibility: Service) -> None:
        assert (await post(responsibility, CATALOGUE, Role.MANAGER)).status_code == 403


class TestReading:
    async def test_processes_have_their_sub_processes(self, company: Service) -> None:
        listed = await expect(await company.client(Role.EMPLOYEE).get("/v1/processes"))
        assert sum(len(process["sub_processes"]) for process in listed["items"]) == 126

    async def test_a_sub_process_by_its_code(self, company: Service) -> None:
        found = await expect(await company.client(Role.EMPLOYEE).get("/v1/processes/RB-05"))
        assert (found["post"], found["risk"]) == ("READ", 3)
        assert (await company.client(Role.EMPLOYEE).get("/v1/processes/RB-77")).status_code == 404

    async def test_routes_have_limits_and_hard_gates(self, company: Service) -> None:
        route = await expect(await company.client(Role.EMPLOYEE).get("/v1/routes/HV_NEW"))
        assert route["total"]["limits"][1]["amount"] == 32
        gated = next(stage for stage in route["stages"] if stage["sub_process"] == "BE-10")
        assert gated["hard_gate"] == {"passed": ["BE-08"], "signed": ["CT-03"]}
        assert (await company.client(Role.EMPLOYEE).get("/v1/routes/NOWHERE")).status_code == 404

    async def test_all_routes(self, company: Service) -> None:
        listed = await expect(await company.client(Role.EMPLOYEE).get("/v1/routes"))
        assert len(listed["items"]) == 14
