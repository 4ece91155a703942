from kit.auth import Role
from kit.contracts.responsibility import UnitChanged
from tests.responsibility.company import UNITS, expect
from tests.support.services import Service

NORTH = {"path": "/city/north/", "name_zh": "城北", "name_en": "North"}


class TestUnits:
    async def test_are_listed_by_path(self, company: Service) -> None:
        listed = await expect(await company.client(Role.EMPLOYEE).get("/v1/units"))
        assert [unit["path"] for unit in listed["items"]] == sorted(UNITS)

    async def test_lists_come_in_pages(self, company: Service) -> None:
        client, found, after = company.client(Role.EMPLOYEE), [], None
        while True:
            page = await expect(
                await client.get("/v1/units", params={"limit": 4} | ({"after": after} if after else {}))
            )
            found += [unit["path"] for unit in page["items"]]
            after = page["next"]
            if after is None:
                break
        assert found == sorted(UNITS)

    async def test_announce_what_became_of_them(self, company: Service) -> None:
        admin = company.client(Role.ADMIN)
        unit = await expect(await admin.post("/v1/units", json=NORTH), 201)
        change = {"name_en": "North district", "valid_to": "2026-06-01T00:00:00+08:00"}
        await expect(await admin.patch(f"/v1/units/{unit['id']}", json=change))
        told = [e for e in await company.events(UnitChanged) if e["unit"] == "/city/north/"]
        assert [event["data"]["name_en"] for event in told] == ["North", "North district"]
        assert told[1]["data"]["valid_to"] is not None

    async def test_an_ended_unit_is_not_there_afterwards(self, company: Service) -> None:
        client = company.client(Role.EMPLOYEE)
        later = await expect(await client.get("/v1/units", params={"at": "2026-07-01T00:00:00+08:00"}))
        assert "/city/north/" not in [unit["path"] for unit in later["items"]]

    async def test_its_path_may_be_used_again_after_its_end(self, company: Service) -> None:
        again = NORTH | {"valid_from": "2026-06-01T00:00:00+08:00"}
        await expect(await company.client(Role.ADMIN).post("/v1/units", json=again), 201)

    async def test_no_two_at_one_path_at_a_time(self, company: Service) -> None:
        overlapping = NORTH | {"valid_from": "2026-05-01T00:00:00+08:00"}
        answer = await company.client(Role.ADMIN).post("/v1/units", json=overlapping)
        assert (await expect(answer, 409))["type"].endswith("unit_taken")

    async def test_the_database_itself_refuses_two_at_one_path(self, company: Service) -> None:
        rows = await company.sql(
            "SELECT conname FROM pg_constraint WHERE contype = 'x' AND conrelid = 'unit'::regclass"
        )
        assert [row["conname"] for row in rows] == ["ex_unit_path"]

    async def test_needs_the_unit_above(self, company: Service) -> None:
        orphan = {"path": "/city/nowhere/team/", "name_zh": "x", "name_en": "x"}
        problem = await expect(await company.client(Role.ADMIN).post("/v1/units", json=orphan), 422)
        assert problem["errors"][0]["pointer"] == "/path"
        assert "/city/nowhere/" in problem["detail"]

    async def test_a_unit_with_units_below_cannot_end(self, company: Service) -> None:
        admin = company.client(Role.ADMIN)
        listed = await expect(await admin.get("/v1/units"))
        east = next(unit for unit in listed["items"] if unit["path"] == "/city/east/")
        answer = await admin.patch(f"/v1/units/{east['id']}", json={"valid_to": "2026-12-01T00:00:00+08:00"})
        await expect(answer, 409)

    async def test_a_stale_change_is_refused(self, company: Service) -> None:
        admin = company.client(Role.ADMIN)
        unit = (await expect(await admin.get("/v1/units")))["items"][0]
        read = await admin.get(f"/v1/units/{unit['id']}")
        seen = {"If-Match": read.headers["etag"]}
        first = await admin.patch(f"/v1/units/{unit['id']}", json={"name_en": "City"}, headers=seen)
        second = await admin.patch(f"/v1/units/{unit['id']}", json={"name_en": "Town"}, headers=seen)
        assert (first.status_code, second.status_code) == (200, 412)

    async def test_only_who_keeps_the_organisation_changes_it(self, company: Service) -> None:
        for role in (Role.EMPLOYEE, Role.MANAGER, Role.ANALYST):
            assert (await company.client(role).post("/v1/units", json=NORTH)).status_code == 403

    async def test_a_district_keeps_to_itself(self, company: Service) -> None:
        east = company.client(Role.ADMIN, unit="/city/east/")
        team = {"path": "/city/west/extra/", "name_zh": "x", "name_en": "x"}
        problem = await expect(await east.post("/v1/units", json=team), 403)
        assert problem["type"].endswith("out_of_reach")
