"""Trouble calls: answered at once, understood afterwards."""

from uuid import uuid4

import pytest

from kit.auth import Role
from kit.contracts.incident import IncidentOpened, TroubleCallReceived

NETWORK = """kind,code,terminal_1,terminal_2,type
source,grid,b0,,
bus,b0,,,
bus,b1,,,
bus,b2,,,
bus,b3,,,
line,l1,b0,b1,
line,l2,b1,b2,
line,l3,b0,b3,
switch,breaker,b0,l1,breaker
switch,other,b0,l3,breaker
load,d1,b1,,public_transformer
load,d2,b2,,public_transformer
load,d3,b3,,public_transformer
"""


@pytest.fixture(scope="module", autouse=True)
async def supplied(incident):
    """Three transformer areas with four customers each; the accounts begin with the area's digit."""
    async with incident.client(Role.INTEGRATOR) as client:
        query = {"format": "csv", "unit": "/city/"}
        await client.post("/v1/network/imports", params=query, content=NETWORK, headers={"Content-Type": "text/csv"})
        items = [
            {"account": f"{area}{i}", "source_version": 1, "unit": "/city/east/hall-1/", "load": f"d{area}"}
            for area in (1, 2, 3)
            for i in range(4)
        ]
        assert (await client.post("/v1/network/supply-points", json={"items": items})).status_code == 200


async def call(incident, account=None, **changes):
    body = {"id": str(uuid4()), "account": account} | changes
    async with incident.client(Role.AGENT, unit="/city/east/hall-1/", subject="agent-7") as client:
        answer = await client.post("/v1/trouble-calls", json=body)
    return body, answer


async def incident_of(incident, call_id):
    async with incident.client(Role.DISPATCHER, unit="/city/") as client:
        return (await client.get("/v1/incidents", params={"call": call_id})).json()["items"]


async def understood(incident):
    await incident.own_events()


async def clear(incident):
    """Each scenario begins without open incidents: what is open is cancelled as no outage."""
    async with incident.client(Role.DISPATCHER) as client:
        for one in (await client.get("/v1/incidents", params={"open": "true"})).json()["items"]:
            answer = await client.post(f"/v1/incidents/{one['id']}/cancellation", json={"note": "test over"})
            assert answer.status_code == 200


class TestTaking:
    async def test_is_answered_with_place_and_unit(self, incident):
        _, answer = await call(incident, "20", words="没电了", phone="+8613800138000", caller="王")

        assert answer.status_code == 201
        assert (answer.json()["unit"], answer.json()["load"]) == ("/city/east/hall-1/", "d2")
        assert not answer.json()["danger"]

    async def test_the_same_call_again_is_the_same_call(self, incident):
        body, first = await call(incident, "20")
        _, again = await call(incident, **body)
        _, other = await call(incident, **(body | {"symptom": "flicker"}))

        assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
        assert first.json() == again.json()
        events = [e for e in await incident.events(TroubleCallReceived) if e["subject"] == body["id"]]
        assert len(events) == 1

    async def test_what_was_said_is_sealed_and_in_no_event(self, incident):
        body, _ = await call(incident, "20", words="蓝色大门旁边", phone="+8613911112222", caller="张三")

        rows = await incident.sql("SELECT * FROM trouble_call")
        sealed = [value for row in rows for value in row.values() if isinstance(value, bytes)]
        assert not any(text.encode() in value for value in sealed for text in ("蓝色", "13911112222", "张三"))
        assert "蓝色" not in str(await incident.events())
        async with incident.client(Role.AGENT, unit="/city/east/") as client:
            shown = (await client.get(f"/v1/trouble-calls/{body['id']}")).json()
        assert (shown["words"], shown["phone"], shown["caller"]) == ("蓝色大门旁边", "+8613911112222", "张三")

    async def test_an_unknown_account_is_not_sent_away(self, incident):
        _, answer = await call(incident, "99999")

        assert answer.status_code == 201
        assert answer.json()["load"] is None

    async def test_a_call_from_nowhere_or_tomorrow_is_refused(self, incident):
        _, nowhere = await call(incident)
        _, tomorrow = await call(incident, "20", happened_at="2026-03-03T09:00:00+08:00")
        _, at_no_load = await call(incident, load="d77")

        assert (nowhere.status_code, tomorrow.status_code, at_no_load.status_code) == (422, 422, 422)

    async def test_dangers_can_be_listed_newest_first(self, incident):
        first, _ = await call(incident, "20", words="变压器着火了")
        await call(incident, "20", words="没电")
        last, _ = await call(incident, "20", dangers=["life_support"])
        async with incident.client(Role.DISPATCHER, unit="/city/") as client:
            params = {"danger": True, "limit": 2}
            items = (await client.get("/v1/trouble-calls", params=params)).json()["items"]

        assert {item["id"] for item in items} == {first["id"], last["id"]}
        assert {tuple(item["dangers"]) for item in items} == {("fire",), ("life_support",)}

    async def test_other_units_do_not_see_it(self, incident):
        body, _ = await call(incident, "20")
        async with incident.client(Role.AGENT, unit="/city/west/") as client:
            assert (await client.get(f"/v1/trouble-calls/{body['id']}")).status_code == 404


class TestUnderstanding:
    @pytest.fixture(autouse=True)
    async def nothing_open(self, incident):
        await understood(incident)
        await clear(incident)

    async def test_one_call_is_reported_without_a_device(self, incident):
        body, _ = await call(incident, "30")
        await understood(incident)

        (found,) = await incident_of(incident, body["id"])
        assert (found["state"], found["device"]) == ("reported", None)
        assert found["reasons"][0]["code"] == "single_call"

    async def test_calls_of_one_area_and_its_neighbour_climb_to_the_breaker(self, incident):
        first, _ = await call(incident, "10")
        second, _ = await call(incident, "11")
        await understood(incident)
        (area,) = await incident_of(incident, second["id"])
        third, _ = await call(incident, "22")
        await understood(incident)

        (feeder,) = await incident_of(incident, third["id"])
        assert (area["state"], area["device"]) == ("predicted", "d1")
        assert (feeder["id"], feeder["device"], feeder["customers_out"]) == (area["id"], "breaker", 8)
        assert [r["code"] for r in feeder["reasons"]] == ["joined", "smallest_covering", "climbed"]
        assert await incident_of(incident, first["id"]) == [feeder]

    async def test_two_calls_of_one_customer_are_one_caller(self, incident):
        await call(incident, "30")
        again, _ = await call(incident, "30", words="还没来电")
        await understood(incident)

        (found,) = await incident_of(incident, again["id"])
        assert found["state"] == "reported"

    async def test_another_feeder_is_another_incident(self, incident):
        one, _ = await call(incident, "10")
        other, _ = await call(incident, "30")
        await understood(incident)

        assert (await incident_of(incident, one["id"]))[0]["id"] != (await incident_of(incident, other["id"]))[0]["id"]

    async def test_a_confirmed_incident_explains_later_calls(self, incident):
        async with incident.client(Role.DISPATCHER, unit="/city/") as client:
            opened = (await client.post("/v1/incidents", json={"device": "breaker"})).json()
        body, _ = await call(incident, "21")
        await understood(incident)

        (found,) = await incident_of(incident, body["id"])
        assert (found["id"], found["state"]) == (opened["id"], "confirmed")

    async def test_danger_skips_the_prediction_and_alarms(self, incident):
        await call(incident, "10")
        body, answer = await call(incident, "30", words="门口电线断了，在冒火花")
        await understood(incident)

        (found,) = await incident_of(incident, body["id"])
        assert answer.json()["dangers"] == ["downed_wire", "fire"]
        assert (found["priority"], found["state"], found["device"]) == ("danger", "reported", None)
        async with incident.client(Role.DISPATCHER) as client:
            entries = (await client.get(f"/v1/incidents/{found['id']}/timeline")).json()["items"]
        assert "alarm" in [entry["kind"] for entry in entries]

    async def test_danger_within_a_known_incident_gives_it_priority(self, incident):
        await call(incident, "10")
        ordinary, _ = await call(incident, "11")
        await understood(incident)
        body, _ = await call(incident, "12", words="杆子倒了，线垂到路上")
        await understood(incident)

        (found,) = await incident_of(incident, body["id"])
        assert await incident_of(incident, ordinary["id"]) == [found]
        assert (found["priority"], found["state"], found["device"]) == ("danger", "predicted", "d1")

    async def test_a_flicker_is_no_outage(self, incident):
        body, _ = await call(incident, "10", symptom="flicker")
        await understood(incident)

        (found,) = await incident_of(incident, body["id"])
        assert (found["nature"], found["reasons"][0]["code"]) == ("disturbance", "no_outage")

    async def test_the_event_twice_has_one_effect(self, incident):
        body, _ = await call(incident, "30")
        await understood(incident)
        before = len(await incident.events(IncidentOpened))
        await understood(incident)

        assert len(await incident.events(IncidentOpened)) == before
        assert len(await incident_of(incident, body["id"])) == 1

    async def test_calls_stand_beside_the_incident_with_their_reasons(self, incident):
        await call(incident, "10")
        body, _ = await call(incident, "11")
        await understood(incident)
        (found,) = await incident_of(incident, body["id"])
        async with incident.client(Role.DISPATCHER) as client:
            calls = (await client.get(f"/v1/incidents/{found['id']}/calls")).json()["items"]

        assert {one["account"]: one["reason"]["code"] for one in calls} == {"10": "single_call", "11": "joined"}
