"""Indices over HTTP: both bases, units, thresholds, causes; and one customer's own record."""

from datetime import UTC, datetime, timedelta

import pytest

from kit.auth import Role

NETWORK = """kind,code,terminal_1,terminal_2,type
source,grid,b0,,
bus,b0,,,
bus,b1,,,
line,l1,b0,b1,
switch,breaker,b0,l1,breaker
load,d1,b1,,public_transformer
load,d2,b1,,public_transformer
load,d3,b1,,mv_user
load,d4,b0,,public_transformer
"""
BEGIN = datetime(2026, 3, 3, tzinfo=UTC)
PERIOD = {"from": "2026-03-01T00:00:00+08:00", "to": "2026-04-01T00:00:00+08:00"}
EAST, WEST = "/city/east/hall-1/", "/city/west/hall-1/"


@pytest.fixture(scope="module", autouse=True)
async def march(incident):
    """d1: 6 customers east; d2: 3 west; d3: one MV user east; d4: 10 west, never out. Two incidents."""
    people = {"d1": (6, EAST), "d2": (3, WEST), "d3": (1, EAST), "d4": (10, WEST)}
    items = [
        {"account": f"{load[1]}0{i:02d}", "source_version": 1, "unit": unit, "load": load}
        for load, (count, unit) in people.items()
        for i in range(count)
    ]
    incident.clock.at = BEGIN + timedelta(days=10)
    async with incident.client(Role.INTEGRATOR, Role.DISPATCHER) as client:
        query = {"format": "csv", "unit": "/city/"}
        await client.post("/v1/network/imports", params=query, content=NETWORK, headers={"Content-Type": "text/csv"})
        assert (await client.post("/v1/network/supply-points", json={"items": items})).status_code == 200
        await outage(client, "breaker", "vehicle", {"loads": ["d1"]}, 30, {"rest": True}, 75)
        await outage(client, "d1", "overload", {"accounts": ["1000"]}, 5, {"rest": True}, 65, day=2)


async def outage(client, device, cause, first, first_minutes, last, last_minutes, day=1):
    began_at = BEGIN + timedelta(days=day)
    one = (await client.post("/v1/incidents", json={"device": device, "began_at": began_at.isoformat()})).json()
    for step, minutes in ((first, first_minutes), (last, last_minutes)):
        body = step | {"happened_at": (began_at + timedelta(minutes=minutes)).isoformat()}
        answer = await client.post(f"/v1/incidents/{one['id']}/steps", json=body)
        assert answer.status_code == 201, answer.text
    assert (await client.post(f"/v1/incidents/{one['id']}/closure", json={"cause": cause})).status_code == 200


async def ask(incident, unit="/", **query):
    async with incident.client(Role.ANALYST, unit=unit) as client:
        answer = await client.get("/v1/reliability/indices", params=PERIOD | query)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body, {figure["name"]: figure["value"] for figure in body["figures"]}


class TestCustomers:
    async def test_counts_each_customer_to_his_own_step(self, incident):
        body, figures = await ask(incident)

        minutes = 6 * 30 + 4 * 75 + 5 * 65  # account 1000 was out 5 minutes the second time: momentary
        assert body["totals"] == {"interruptions": 15, "minutes": minutes, "units_hit": 10, "momentary": 1}
        assert body["population"]["n"] == 20
        assert figures["SAIFI"] == pytest.approx(15 / 20)
        assert figures["SAIDI"] == pytest.approx(minutes / 20)
        assert figures["CAIDI"] == pytest.approx(minutes / 15)
        assert figures["MAIFI"] == pytest.approx(1 / 20)

    async def test_every_figure_says_what_it_is(self, incident):
        body, _ = await ask(incident)

        assert body["period"]["minutes"] == 31 * 24 * 60
        assert body["period"]["zone"] == "UTC+0800"
        assert body["parameters"]["threshold_minutes"] == 5
        assert all(figure["formula"] and figure["measure"] for figure in body["figures"])

    async def test_the_threshold_is_strict_and_a_parameter(self, incident):
        at_five, _ = await ask(incident)
        below, _ = await ask(incident, threshold_minutes=4.9)

        assert (at_five["totals"]["interruptions"], below["totals"]["interruptions"]) == (15, 16)

    async def test_causes_can_be_left_out_and_that_is_said(self, incident):
        body, _ = await ask(incident, exclude=["external"])

        assert body["totals"]["interruptions"] == 5
        assert body["parameters"]["excluded_causes"] == ["external"]

    async def test_units_add_up_to_the_company(self, incident):
        (east, _), (west, _), (all_, _) = [
            await ask(incident, unit=unit) for unit in ("/city/east/", "/city/west/", "/")
        ]

        assert east["totals"]["minutes"] + west["totals"]["minutes"] == all_["totals"]["minutes"]
        assert (east["population"]["n"], west["population"]["n"]) == (7, 13)

    async def test_nobody_asks_beyond_his_unit(self, incident):
        inside, _ = await ask(incident, unit="/city/west/")
        async with incident.client(Role.ANALYST, unit="/city/west/") as client:
            wider = (await client.get("/v1/reliability/indices", params=PERIOD | {"unit": "/city/"})).json()

        assert wider["totals"] == inside["totals"]
        assert wider["population"] == inside["population"]
        async with incident.client(Role.ANALYST, unit="/city/west/") as client:
            elsewhere = await client.get("/v1/reliability/indices", params=PERIOD | {"unit": "/city/east/"})
        assert elsewhere.status_code == 403


class TestUndefined:
    async def test_a_quiet_month_has_no_caidi_and_says_why(self, incident):
        quiet = {"from": "2026-01-01T00:00:00+08:00", "to": "2026-02-01T00:00:00+08:00"}
        async with incident.client(Role.ANALYST) as client:
            body = (await client.get("/v1/reliability/indices", params=quiet)).json()
        figures = {figure["name"]: figure for figure in body["figures"]}

        assert figures["SAIFI"]["value"] == 0
        assert figures["CAIDI"]["value"] is None
        assert "no sustained interruption" in figures["CAIDI"]["reason"]

    async def test_a_period_without_length_is_refused(self, incident):
        async with incident.client(Role.ANALYST) as client:
            same = {"from": PERIOD["from"], "to": PERIOD["from"]}
            assert (await client.get("/v1/reliability/indices", params=same)).status_code == 422


class TestUnits:
    async def test_a_fault_behind_a_transformer_counts_no_unit(self, incident):
        body, figures = await ask(incident, basis="mv")

        assert body["population"]["n"] == 4
        assert body["totals"] == {"interruptions": 3, "minutes": 30 + 75 + 75, "units_hit": 3, "momentary": 0}
        assert figures["SAIDI"] == pytest.approx(180 / 4)

    async def test_a_unit_belongs_to_the_unit_of_most_of_its_customers(self, incident):
        east, _ = await ask(incident, unit="/city/east/", basis="mv")

        assert (east["population"]["n"], east["totals"]["interruptions"]) == (2, 2)


class TestOneCustomer:
    async def test_has_a_record_of_its_own(self, incident):
        async with incident.client(Role.AGENT, unit=EAST) as client:
            body = (await client.get("/v1/reliability/accounts/1000", params=PERIOD)).json()

        assert (body["sustained"], body["momentary"], body["minutes"], body["running"]) == (1, 1, 30, False)
        assert [one["cause"] for one in body["interruptions"]] == ["vehicle", "overload"]

    async def test_is_not_there_for_other_units(self, incident):
        async with incident.client(Role.AGENT, unit=WEST) as client:
            assert (await client.get("/v1/reliability/accounts/1000", params=PERIOD)).status_code == 404


class TestMajorEventDays:
    async def test_without_history_there_is_no_limit_and_the_reason_is_said(self, incident):
        body, _ = await ask(incident)

        assert body["major_event_days"]["limit_minutes"] is None
        assert "36 are needed" in body["major_event_days"]["reason"]
        assert body["major_event_days"]["figures_without"] is None

    async def test_a_day_far_above_the_years_before_stands_apart(self, incident):
        async with incident.client(Role.DISPATCHER) as client:
            incident.clock.at = datetime(2027, 2, 1, tzinfo=UTC)
            for day in range(40):
                # 10 customers of d4, by turns 6 and 12 minutes: daily SAIDI 3 and 6
                await outage_on(client, datetime(2026, 6, 1, 4, tzinfo=UTC) + timedelta(days=day), 6 + 6 * (day % 2))
            await outage_on(client, datetime(2027, 1, 5, 4, tzinfo=UTC), 10)
            await outage_on(client, datetime(2027, 1, 6, 4, tzinfo=UTC), 600)
            period = {"from": "2027-01-01T00:00:00+08:00", "to": "2027-02-01T00:00:00+08:00"}
            body = (await client.get("/v1/reliability/indices", params=period | {"unit": "/city/west/"})).json()

        major = body["major_event_days"]
        without = {figure["name"]: figure["value"] for figure in major["figures_without"]}
        with_them = {figure["name"]: figure["value"] for figure in body["figures"]}
        assert major["days"] == ["2027-01-06"]
        assert with_them["SAIDI"] == pytest.approx((10 + 600) * 10 / 13)
        assert without["SAIDI"] == pytest.approx(10 * 10 / 13)


async def outage_on(client, began_at, minutes):
    one = (await client.post("/v1/incidents", json={"device": "d4", "began_at": began_at.isoformat()})).json()
    ended_at = (began_at + timedelta(minutes=minutes)).isoformat()
    answer = await client.post(f"/v1/incidents/{one['id']}/steps", json={"rest": True, "happened_at": ended_at})
    assert answer.status_code == 201, answer.text
