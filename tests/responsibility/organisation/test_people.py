import pytest

from kit.auth import Role
from tests.responsibility.company import expect
from tests.support.services import Service

READING = "/city/east/reading/"


class TestEmployees:
    async def test_putting_twice_changes_and_adds_nothing(self, company: Service) -> None:
        admin = company.client(Role.ADMIN)
        await expect(await admin.put("/v1/employees/E900", json={"name": "李雷", "unit": READING}))
        changed = await expect(await admin.put("/v1/employees/E900", json={"name": "李雷", "unit": "/city/east/"}))
        assert changed["unit"] == "/city/east/"
        assert len(await company.sql("SELECT FROM employee WHERE number = 'E900'")) == 1

    async def test_names_are_sealed_in_the_database(self, company: Service) -> None:
        row = (await company.sql("SELECT name FROM employee WHERE number = 'E200'"))[0]
        assert "张".encode() not in row["name"]
        known = await expect(await company.client(Role.MANAGER).get("/v1/employees/E200"))
        assert known["name"] == "张E200"

    async def test_are_seen_within_the_unit_only(self, company: Service) -> None:
        west = company.client(Role.MANAGER, unit="/city/west/")
        listed = await expect(await west.get("/v1/employees"))
        assert [employee["number"] for employee in listed["items"]] == ["W200"]
        assert (await west.get("/v1/employees/E200")).status_code == 404

    async def test_need_a_unit_that_is_there(self, company: Service) -> None:
        body = {"name": "x", "unit": "/city/north-pole/"}
        await expect(await company.client(Role.ADMIN).put("/v1/employees/E901", json=body), 422)


class TestHolders:
    async def test_an_employee_may_hold_several_posts(self, company: Service) -> None:
        listed = await expect(await company.client(Role.EMPLOYEE).get("/v1/holders", params={"employee": "E400"}))
        assert {holder["post"] for holder in listed["items"]} == {"AGENT", "COMPL", "OUTAGE"}

    async def test_no_post_is_held_twice_at_a_time(self, company: Service) -> None:
        body = {"employee": "E200", "post": "READ", "unit": READING, "since": "2026-05-01T00:00:00+08:00"}
        problem = await expect(await company.client(Role.ADMIN).post("/v1/holders", json=body), 409)
        assert problem["type"].endswith("held_already")

    async def test_the_database_itself_refuses_overlaps(self, company: Service) -> None:
        twice = (
            "INSERT INTO holder (id, employee, post, unit, since) "
            "VALUES (gen_random_uuid(), 'E200', 'READ', $1, '2026-05-01')"
        )
        with pytest.raises(Exception, match="ex_holder_period"):
            await company.sql(twice, READING)

    async def test_end_and_begin_again(self, company: Service) -> None:
        admin = company.client(Role.ADMIN)
        body = {"employee": "E201", "post": "READ", "unit": READING, "since": "2026-02-01T00:00:00+08:00"}
        holder = await expect(await admin.post("/v1/holders", json=body), 201)
        ended = {"until": "2026-02-10T00:00:00+08:00"}
        await expect(await admin.patch(f"/v1/holders/{holder['id']}", json=ended))
        await expect(await admin.post("/v1/holders", json=body | {"since": ended["until"]}), 201)

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [({"employee": "E999"}, "/employee"), ({"post": "NOBODY"}, "/post"), ({"unit": "/mars/"}, "/unit")],
    )
    async def test_need_what_they_name(self, company: Service, change: dict[str, str], pointer: str) -> None:
        body = {"employee": "E500", "post": "READ", "unit": READING} | change
        problem = await expect(await company.client(Role.ADMIN).post("/v1/holders", json=body), 422)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]

    async def test_nobody_acts_for_themselves(self, company: Service) -> None:
        body = {"employee": "E500", "post": "READ", "unit": READING, "acts_for": "E500"}
        await expect(await company.client(Role.ADMIN).post("/v1/holders", json=body), 422)


class TestPosts:
    async def test_come_with_the_catalogue(self, company: Service) -> None:
        post = await expect(await company.client(Role.EMPLOYEE).get("/v1/posts/READ"))
        assert post == {"code": "READ", "zh": "抄表员", "en": "Meter reader", "tier": "frontline"}
        assert (await company.client(Role.EMPLOYEE).get("/v1/posts/NOBODY")).status_code == 404

    async def test_may_be_added(self, company: Service) -> None:
        admin = company.client(Role.ADMIN)
        await expect(await admin.put("/v1/posts/DRONE", json={"zh": "飞手", "en": "Pilot", "tier": "frontline"}))
        await expect(await admin.get("/v1/posts/DRONE"))
