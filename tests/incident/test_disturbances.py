"""Voltage dips: once each, everybody served there, and only them."""

from datetime import timedelta

import pytest

from kit.auth import Role
from kit.contracts.incident import DisturbanceRecorded

PROBLEM = "urn:gridloop:problem:"


def told(incident, number="1", **more):
    known = {
        "source": "pq-monitor-7",
        "number": number,
        "unit": "/city/",
        "happened_at": incident.clock.now().isoformat(),
        "residual_percent": 62.5,
        "duration_ms": 180,
        "loads": ["load-57"],
    }
    return {name: value for name, value in (known | more).items() if value is not None}


async def record(incident, *items, unit="/city/", status=200):
    async with incident.client(Role.INTEGRATOR, unit=unit) as monitor:
        answer = await monitor.post("/v1/reliability/disturbances", json={"items": list(items)})
    assert answer.status_code == status, answer.text
    return answer.json()


async def announced(incident, number):
    (row,) = await incident.sql("SELECT id FROM disturbance WHERE number = $1", number)
    events = await incident.events(DisturbanceRecorded)
    return [event for event in events if event["data"]["disturbance_id"] == str(row["id"])]


class TestRecording:
    async def test_each_customer_at_the_load_is_announced_with_his_account_and_unit(self, incident, company):
        (taken,) = (await record(incident, told(incident, "all")))["items"]
        assert (taken["outcome"], taken["customers"]) == ("created", 10)
        events = await announced(incident, "all")
        assert len({event["account"] for event in events}) == 10
        assert {event["unit"] for event in events} == {"/city/east/hall-1/"}
        assert events[0]["data"]["residual_percent"] == 62.5

    async def test_told_again_it_is_no_news(self, incident, company):
        same = told(incident, "again")
        await record(incident, same)
        incident.clock.advance(timedelta(minutes=5))
        (taken,) = (await record(incident, same))["items"]
        assert (taken["outcome"], taken["customers"]) == ("unchanged", 10)
        assert len(await announced(incident, "again")) == 10

    async def test_by_accounts(self, incident, company):
        (taken,) = (await record(incident, told(incident, "two", loads=None, accounts=["3100570000", "3100570001"])))[
            "items"
        ]
        assert taken["customers"] == 2

    async def test_it_is_no_interruption(self, incident, company):
        before = await incident.sql("SELECT count(*) AS n FROM interruption")
        await record(incident, told(incident, "dip"))
        assert await incident.sql("SELECT count(*) AS n FROM interruption") == before


class TestRefused:
    @pytest.mark.parametrize(
        "more", [{"duration_ms": 900}, {"residual_percent": 41.0}, {"unit": "/city/east/"}, {"happened_at": "earlier"}]
    )
    async def test_a_number_stands_for_one_disturbance(self, incident, company, more):
        number = f"one-{next(iter(more))}"
        first = told(incident, number)
        await record(incident, first)
        if "happened_at" in more:
            more = {"happened_at": (incident.clock.now() - timedelta(seconds=1)).isoformat()}
        known = await incident.sql("SELECT * FROM disturbance WHERE number = $1", number)
        refused = await record(incident, first | more, status=409)
        assert refused["type"] == PROBLEM + "another_disturbance"
        assert refused["errors"][0]["pointer"] == "/items/0/number"
        assert "customers" not in refused
        assert await incident.sql("SELECT * FROM disturbance WHERE number = $1", number) == known

    async def test_all_of_them_or_none(self, incident, company):
        items = (told(incident, "good"), told(incident, "nobody", loads=["load-9999"]))
        refused = await record(incident, *items, status=422)
        assert refused["type"] == PROBLEM + "hits_nobody"
        assert refused["errors"][0]["pointer"] == "/items/1/loads"
        assert await incident.sql("SELECT 1 FROM disturbance WHERE number = 'good'") == []

    async def test_another_units_customers_are_not_ones_to_tell_of(self, incident, company):
        await record(incident, told(incident, "foreign"), unit="/city/west/", status=403)
        refused = await record(incident, told(incident, "east", unit="/city/west/"), unit="/city/west/", status=422)
        assert refused["type"] == PROBLEM + "hits_nobody"

    @pytest.mark.parametrize(
        ("more", "pointer"),
        [
            ({"residual_percent": 90}, "/items/0/residual_percent"),
            ({"residual_percent": 0.5}, "/items/0/residual_percent"),
            ({"duration_ms": 60_001}, "/items/0/duration_ms"),
            ({"duration_ms": "long"}, "/items/0/duration_ms"),
            ({"kind": "swell"}, "/items/0/kind"),
            ({"happened_at": "2026-03-02T10:00:00"}, "/items/0/happened_at"),
            ({"accounts": ["1"]}, "/items/0"),
            ({"loads": None}, "/items/0"),
            ({"number": "a\x00b"}, "/items/0/number"),
            ({"loads": ["a\x00b"]}, "/items/0/loads/0"),
        ],
    )
    async def test_what_is_no_dip_has_its_pointer(self, incident, company, more, pointer):
        refused = await record(incident, told(incident, **({"number": "bad"} | more)), status=422)
        assert refused["errors"][0]["pointer"] == pointer

    async def test_none_comes_from_the_future(self, incident, company):
        later = (incident.clock.now() + timedelta(minutes=1)).isoformat()
        refused = await record(incident, told(incident, "future", happened_at=later), status=422)
        assert refused["errors"][0]["pointer"] == "/items/0/happened_at"


async def test_the_list_is_of_ones_own_units(incident, company):
    await record(incident, told(incident, "mine", unit="/city/east/"))
    seen = {}
    for unit in ("/city/east/", "/city/west/"):
        async with incident.client(Role.ANALYST, unit=unit) as reader:
            items = (await reader.get("/v1/reliability/disturbances", params={"limit": 200})).json()["items"]
        seen[unit] = {one["number"] for one in items}
    assert "mine" in seen["/city/east/"]
    assert "mine" not in seen["/city/west/"]
