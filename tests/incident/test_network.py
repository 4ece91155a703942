"""Importing a network, asking it, and the supply points that hang on it."""

import json
from pathlib import Path

import pytest

from kit.auth import Role

SHIPPED = (Path(__file__).parents[2] / "content" / "networks" / "mv_oberrhein.json").read_bytes()
JSON = {"Content-Type": "application/json"}
CSV = {"Content-Type": "text/csv"}
FEEDER = "kind,code,terminal_1,terminal_2,type\nsource,s,b,,\nbus,b,,,\nload,d,b,,public_transformer\n"


async def send(incident, body=SHIPPED, headers=JSON, role=Role.OPERATOR, **query):
    async with incident.client(role, unit="/city/") as client:
        params = {"format": "pandapower", "name": "Oberrhein"} | query
        return await client.post("/v1/network/imports", params=params, content=body, headers=headers)


class TestBeforeAnyImport:
    async def test_what_needs_a_network_says_so(self, incident):
        async with incident.client(Role.DISPATCHER) as client:
            answer = await client.get("/v1/network")

        assert answer.status_code == 409
        assert answer.json()["type"] == "urn:gridloop:problem:no_network"


class TestImport:
    async def test_a_dry_run_checks_and_keeps_nothing(self, incident):
        answer = await send(incident, dry_run="true")

        assert answer.status_code == 200
        assert answer.json()["devices"]["load"] == 147
        assert answer.json()["id"] is None
        assert (await incident.sql("SELECT count(*) AS n FROM network_version"))[0]["n"] == 0

    async def test_the_file_becomes_the_current_network(self, incident):
        answer = await send(incident)

        async with incident.client(Role.DISPATCHER) as client:
            shown = (await client.get("/v1/network")).json()
        assert answer.status_code == 201
        assert shown["id"] == answer.json()["id"]
        assert shown["devices"] == {"bus": 179, "line": 181, "load": 147, "source": 2, "switch": 322, "transformer": 2}
        assert shown["loads_without_supply"] == 0
        assert "not a switching order" in shown["caution"]

    async def test_the_same_file_again_is_the_same_version(self, incident):
        first, again = await send(incident), await send(incident)

        assert first.json()["id"] == again.json()["id"]

    async def test_a_faulty_file_changes_nothing_and_names_every_fault(self, incident):
        await send(incident)
        before = await incident.sql("SELECT id, current FROM network_version")

        answer = await send(incident, FEEDER + "load,x,nowhere,,mv_user\npole,p,,,\n", CSV, format="csv")

        assert answer.status_code == 422
        assert [fault["row"] for fault in answer.json()["faults"]] == [5, 6]
        assert answer.json()["errors"][0]["pointer"] == "/csv/5/terminal_1"
        assert await incident.sql("SELECT id, current FROM network_version") == before

    @pytest.mark.parametrize("body", [b"\xff\xfe", b"", b"not json"])
    async def test_what_is_no_file_is_refused_in_a_sentence(self, incident, body):
        answer = await send(incident, body)

        assert answer.status_code == 422
        assert answer.json()["detail"].endswith((".", "0."))

    async def test_a_newer_network_replaces_the_older_one(self, incident):
        await send(incident, FEEDER.encode(), CSV, format="csv")
        await send(incident)

        current = await incident.sql("SELECT source FROM network_version WHERE current")
        assert [row["source"] for row in current] == ["pandapower"]

    async def test_takes_files_over_a_megabyte(self, incident):
        many = "".join(f"bus,b{i},,,{'x' * 100}\n" for i in range(12_000))
        answer = await send(incident, (FEEDER + many).encode(), CSV, format="csv", dry_run="true")

        assert answer.status_code == 200
        assert answer.json()["devices"]["bus"] == 12_001

    async def test_nobody_imports_for_a_unit_outside_his_own(self, incident):
        answer = await send(incident, unit="/other/")

        assert answer.status_code == 403


class TestAsking:
    async def test_a_device_tells_what_it_feeds_and_depends_on(self, incident):
        await send(incident)
        async with incident.client(Role.DISPATCHER) as client:
            shown = (await client.get("/v1/network/devices/switch-321")).json()

        assert len(shown["feeds"]) == 55
        assert shown["depends_on"][-1] == "source-1"
        assert shown["is_in"]

    async def test_devices_come_in_pages(self, incident):
        await send(incident)
        async with incident.client(Role.DISPATCHER) as client:
            first = (await client.get("/v1/network/devices", params={"kind": "load", "limit": 100})).json()
            rest = (
                await client.get("/v1/network/devices", params={"kind": "load", "limit": 100, "after": first["next"]})
            ).json()

        codes = {item["code"] for item in first["items"] + rest["items"]}
        assert len(codes) == 147
        assert rest["next"] is None

    async def test_what_if_answers_and_changes_nothing(self, incident):
        await send(incident)
        asked = {"operations": [{"device": "switch-321", "to": "out"}]}
        async with incident.client(Role.DISPATCHER) as client:
            answer = (await client.post("/v1/network/what-if", json=asked)).json()
            network = (await client.get("/v1/network")).json()

        assert len(answer["lost"]) == 55
        assert "非操作票" in answer["caution"]
        assert network["loads_without_supply"] == 0

    async def test_an_unknown_device_is_named_by_its_place(self, incident):
        await send(incident)
        asked = {"operations": [{"device": "switch-321", "to": "out"}, {"device": "switch-x", "to": "in"}]}
        async with incident.client(Role.DISPATCHER) as client:
            answer = await client.post("/v1/network/what-if", json=asked)

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/operations/1/device"

    async def test_switching_in_the_field_is_the_present_state(self, incident):
        await send(incident)
        async with incident.client(Role.DISPATCHER) as client:
            for to, dark in (("out", 55), ("in", 0)):
                done = {"operations": [{"device": "switch-321", "to": to}]}
                await client.post("/v1/network/switching", json=done)
                assert (await client.get("/v1/network")).json()["loads_without_supply"] == dark

    async def test_a_report_that_comes_late_does_not_undo_a_newer_one(self, incident):
        await send(incident)
        async with incident.client(Role.DISPATCHER) as client:
            now = incident.clock.now().isoformat()
            for to, at in (("in", now), ("out", "2026-03-02T00:00:00+00:00")):
                done = {"operations": [{"device": "switch-99", "to": to}], "happened_at": at}
                assert (await client.post("/v1/network/switching", json=done)).status_code == 200

            shown = (await client.get("/v1/network/devices/switch-99")).json()

        assert shown["is_in"]


def point(account="3100000001", version=1, **changes):
    given = {"source_version": version, "unit": "/city/east/hall-1/", "area": "city", "load": "load-0"}
    return account, given | {"phone": "+8613800138000", "important": False} | changes


async def put(incident, account, body, role=Role.INTEGRATOR, unit="/"):
    async with incident.client(role, unit=unit) as client:
        return await client.put(f"/v1/network/supply-points/{account}", json=body)


async def get(incident, account, role=Role.AGENT, unit="/"):
    async with incident.client(role, unit=unit) as client:
        return await client.get(f"/v1/network/supply-points/{account}")


class TestSupplyPoints:
    async def test_is_kept_and_shown(self, incident):
        await send(incident)
        answer = await put(incident, *point())

        shown = (await get(incident, "3100000001")).json()
        assert (answer.status_code, answer.json()["outcome"]) == (201, "created")
        assert (shown["load"], shown["phone"], shown["has_supply"]) == ("load-0", "+8613800138000", True)

    async def test_may_come_twice_late_or_out_of_order(self, incident):
        await send(incident)
        seen = []
        for version, area in ((2, "rural"), (2, "rural"), (1, "city"), (3, "remote")):
            taken = (await put(incident, *point("3100000002", version, area=area))).json()
            seen.append((taken["outcome"], (await get(incident, "3100000002")).json()["area"]))

        assert seen == [("created", "rural"), ("unchanged", "rural"), ("unchanged", "rural"), ("updated", "remote")]

    async def test_an_update_still_opens_the_phone(self, incident):
        await send(incident)
        for version, phone in ((1, "+8613800000001"), (2, "+8613800000002")):
            await put(incident, *point("3100000003", version, phone=phone))

        assert (await get(incident, "3100000003")).json()["phone"] == "+8613800000002"

    async def test_the_phone_is_nowhere_in_the_clear(self, incident):
        await send(incident)
        await put(incident, *point("3100000004", phone="+8613912345678"))

        rows = await incident.sql("SELECT * FROM supply_point")
        assert not any(b"13912345678" in value for row in rows for value in row.values() if isinstance(value, bytes))
        assert (await get(incident, "3100000004", Role.ANALYST)).json()["phone"] is None

    async def test_a_bus_with_one_load_stands_for_it(self, incident):
        await send(incident)
        await put(incident, *point("3100000005", load=None, bus="bus-174"))

        assert (await get(incident, "3100000005")).json()["load"] == "load-1"

    async def test_a_place_that_is_not_there_is_refused(self, incident):
        await send(incident)
        answer = await put(incident, *point("3100000006", load="switch-1"))

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/items/0/load"

    async def test_a_thousand_at_once_and_all_or_nothing(self, incident):
        await send(incident)
        items = [{"account": account, **body} for account, body in (point(f"32{i:08d}") for i in range(1000))]
        async with incident.client(Role.INTEGRATOR) as client:
            first = await client.post("/v1/network/supply-points", json={"items": items})
            bad = [items[0] | {"source_version": 9}, items[1] | {"load": "load-9999"}, items[2], items[2]]
            refused = await client.post("/v1/network/supply-points", json={"items": bad})
            too_many = await client.post("/v1/network/supply-points", json={"items": [*items, items[0]]})

        assert {item["outcome"] for item in first.json()["items"]} == {"created"}
        assert refused.status_code == too_many.status_code == 422
        assert (await get(incident, items[0]["account"])).json()["source_version"] == 1

    async def test_other_units_are_not_there(self, incident):
        await send(incident)
        await put(incident, *point("3100000007"))

        assert (await get(incident, "3100000007", unit="/city/west/")).status_code == 404
        assert (await get(incident, "3100000007", unit="/city/east/")).status_code == 200
        moved = point("3100000007", 2, unit="/city/west/hall-1/")
        assert (await put(incident, *moved, role=Role.OPERATOR, unit="/city/west/")).status_code == 404
        assert (await put(incident, *moved, role=Role.OPERATOR, unit="/city/east/")).status_code == 403


def test_the_shipped_file_is_what_the_tests_send():
    assert json.loads(SHIPPED)["_class"] == "pandapowerNet"
