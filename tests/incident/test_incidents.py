"""An incident's way: a lorry against a pole, three steps, and who was out for how long."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from incident.network.service import SWITCHING_LOCK
from kit.auth import Role
from kit.contracts.incident import (
    IncidentOpened,
    IncidentProgressed,
    IncidentRestored,
    InterruptionEnded,
)

SHIPPED = (Path(__file__).parents[2] / "content" / "networks" / "mv_oberrhein.json").read_bytes()
FEEDER = "switch-321"
"""A breaker that feeds 55 of the 147 loads."""
PLAN = [
    {"switch-7": "out", "switch-8": "out", FEEDER: "in"},  # line-5 is isolated, what lies before it comes back
    {"switch-15": "out", "switch-14": "in"},  # the tie takes what lies behind switch-15, more it cannot carry
    {"switch-7": "in", "switch-8": "in", "switch-14": "out", "switch-15": "in"},  # the pole stands again
]


@pytest.fixture(scope="module", autouse=True)
async def company(incident):
    """Ten customers on each load: loads below 70 in the east, the others in the west; a crew in each."""
    async with incident.client(Role.INTEGRATOR, Role.DISPATCHER, Role.OPERATOR) as client:
        query = {"format": "pandapower", "unit": "/city/"}
        headers = {"Content-Type": "application/json"}
        await client.post("/v1/network/imports", params=query, content=SHIPPED, headers=headers)
        loads = (await client.get("/v1/network/devices", params={"kind": "load", "limit": 200})).json()["items"]
        items = [point(load["code"], i) for load in loads for i in range(10)]
        for start in range(0, len(items), 1000):
            sent = {"items": items[start : start + 1000]}
            assert (await client.post("/v1/network/supply-points", json=sent)).status_code == 200
        for side in ("east", "west"):
            crew = {"unit": f"/city/{side}/repair/", "name_zh": "抢修一班", "name_en": "Repair one"}
            assert (await client.put(f"/v1/crews/{side.upper()}-1", json=crew)).status_code == 201


def point(load, i):
    number = int(load.removeprefix("load-"))
    unit = f"/city/{'east' if number < 70 else 'west'}/hall-1/"
    account = f"31{number:04d}{i:04d}"
    return {"account": account, "source_version": 1, "unit": unit, "load": load, "area": "city"}


@pytest.fixture
def dispatcher(incident):
    return incident.client(Role.DISPATCHER, unit="/city/", employee="E0001")


async def post(client, path, body, status=None, **headers):
    answer = await client.post(f"/v1/incidents{path}", json=body, headers=headers)
    assert status is None or answer.status_code == status, answer.text
    return answer.json()


async def get(client, path, **params):
    answer = await client.get(f"/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def opened(incident, client, device=FEEDER, **changes):
    incident.clock.advance(timedelta(days=1))
    return await post(client, "", {"device": device, "began_at": at(incident, 0)} | changes, 201)


def at(incident, minutes):
    """A time so many minutes after the clock's."""
    return (incident.clock.now() + timedelta(minutes=minutes)).isoformat()


async def finish(client, incident_id, **changes):
    await post(client, f"/{incident_id}/steps", {"rest": True} | changes, 201)
    return await post(client, f"/{incident_id}/closure", {"cause": "unknown"}, 200)


@asynccontextmanager
async def switching_elsewhere(incident):
    """Another transaction that switches and has not ended."""
    connection = await asyncpg.connect(incident.admin_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", SWITCHING_LOCK)
            yield
    finally:
        await connection.close()


class TestThreeSteps:
    async def test_a_lorry_against_a_pole(self, incident, dispatcher):
        one = await opened(incident, dispatcher, note="货车撞杆")
        began_at = incident.clock.now()
        path = f"/{one['id']}"
        await post(dispatcher, f"{path}/dispatches", {"crew": "EAST-1"}, 201)
        crew = incident.client(Role.CREW, unit="/city/", employee="E0077")
        for minutes, to in ((5, "en_route"), (20, "arrived"), (25, "isolating")):
            incident.clock.at = began_at + timedelta(minutes=minutes)
            await post(crew, f"{path}/moves", {"to": to}, 200)

        done = []
        for minutes, step in zip((30, 75, 180), PLAN, strict=True):
            incident.clock.at = began_at + timedelta(minutes=minutes)
            operations = [{"device": device, "to": to} for device, to in step.items()]
            done.append(await post(dispatcher, f"{path}/steps", {"operations": operations}, 201))

        back = [step["customers_back"] for step in done]
        assert back == [340, 120, 90]
        assert one["customers_out"] == 550
        assert [step["state"] for step in done] == ["restoring", "restoring", "restored"]
        restored = (await incident.events(IncidentRestored))[-1]["data"]
        expected = sum(n * minutes for n, minutes in zip(back, (30, 75, 180), strict=True))
        assert (restored["customers"], restored["steps"]) == (550, 3)
        assert restored["customer_minutes"] == expected
        ended = [e for e in await incident.events(InterruptionEnded) if e["correlation"] == one["id"]]
        assert len({e["account"] for e in ended}) == len(ended) == 550
        assert sum(e["data"]["minutes"] for e in ended) == expected
        assert {e["unit"] for e in ended} <= {"/city/east/hall-1/", "/city/west/hall-1/"}
        closed = await post(dispatcher, f"{path}/closure", {"cause": "vehicle"}, 200)
        assert (closed["state"], closed["cause"]) == ("closed", "vehicle")
        assert (await get(dispatcher, "/network"))["loads_without_supply"] == 0
        states = [e["data"]["state"] for e in await incident.events(IncidentProgressed) if e["subject"] == one["id"]]
        assert states == ["confirmed", "dispatched", "en_route", "arrived", "isolating", "restoring", "closed"]


class TestOpening:
    async def test_interrupts_everybody_behind_the_device_and_finds_the_nearest_crew(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-3")
        rows = (await get(dispatcher, f"/incidents/{one['id']}/interruptions"))["items"]

        assert (one["state"], one["unit"], one["level"]) == ("confirmed", "/city/east/repair/", "lv")
        assert [row["account"] for row in rows] == [f"31{3:04d}{i:04d}" for i in range(10)]
        event = (await incident.events(IncidentOpened))[-1]
        assert (event["unit"], event["data"]["customers_out"]) == ("/city/east/repair/", 10)
        await finish(dispatcher, one["id"])

    async def test_the_same_outage_again_interrupts_nobody_twice(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-26")
        again = await opened(incident, dispatcher, device="load-26")
        assert (one["customers_out"], again["customers_out"]) == (10, 0)

        await post(dispatcher, f"/{again['id']}/cancellation", {"note": "known already"}, 200)
        assert (await get(dispatcher, "/network"))["loads_without_supply"] == 1
        await finish(dispatcher, one["id"])

    async def test_a_repeated_request_opens_one(self, incident, dispatcher):
        body = {"device": "load-4", "began_at": at(incident, -5)}
        headers = {"Idempotency-Key": "open-4"}
        first = await post(dispatcher, "", body, 201, **headers)
        again = await post(dispatcher, "", body, 201, **headers)

        assert first["id"] == again["id"]
        await finish(dispatcher, first["id"])

    @pytest.mark.parametrize(
        "body", [{"device": "load-9999"}, {"device": "load-4", "began_at": "2030-01-01T00:00:00Z"}]
    )
    async def test_what_cannot_be_is_refused(self, incident, dispatcher, body):
        await post(dispatcher, "", body, 422)

    async def test_the_agent_sees_the_outage_of_his_customer_but_not_the_repairing_unit(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-5")
        account = f"31{5:04d}0000"
        agent = incident.client(Role.AGENT, unit="/city/east/hall-1/")
        other = incident.client(Role.AGENT, unit="/city/west/hall-1/")

        assert [i["id"] for i in (await get(agent, "/incidents", account=account, open=True))["items"]] == [one["id"]]
        assert (await get(other, "/incidents", account=account, open=True))["items"] == []
        assert (await other.get(f"/v1/incidents/{one['id']}")).status_code == 404
        await finish(dispatcher, one["id"])
        assert (await get(agent, "/incidents", account=account, open=True))["items"] == []


class TestConfirming:
    async def test_the_decision_may_be_taken_again_before_the_first_step(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-6")
        body = {"device": "load-7", "note": "look at the pole"}
        again = await post(dispatcher, f"/{one['id']}/confirmation", body, 200)
        rows = (await get(dispatcher, f"/incidents/{one['id']}/interruptions"))["items"]

        assert again["device"] == "load-7"
        assert {row["load"] for row in rows} == {"load-7"}
        assert (await get(dispatcher, "/network"))["loads_without_supply"] == 1
        kinds = (await get(dispatcher, f"/incidents/{one['id']}/timeline"))["items"]
        assert kinds[-1]["facts"]["overruled"]
        assert kinds[-1]["note"] == "look at the pole"
        await finish(dispatcher, one["id"])
        await post(dispatcher, f"/{one['id']}/confirmation", body, 409)

    async def test_cancelling_takes_back_what_was_counted(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-8")
        cancelled = await post(dispatcher, f"/{one['id']}/cancellation", {"note": "a test of the alarm"}, 200)

        assert (cancelled["state"], cancelled["customers_still_out"]) == ("cancelled", 0)
        assert (await get(dispatcher, "/network"))["loads_without_supply"] == 0
        await post(dispatcher, f"/{one['id']}/steps", {"rest": True}, 409)

    async def test_two_that_are_one_are_merged(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-9")
        two = await opened(incident, dispatcher, device="load-10")
        merged = await post(dispatcher, f"/{one['id']}/merger", {"into": two["id"]}, 200)
        into = await get(dispatcher, f"/incidents/{two['id']}")

        assert (merged["state"], merged["merged_into"]) == ("merged", two["id"])
        assert into["customers_still_out"] == 20
        await post(dispatcher, f"/{two['id']}/merger", {"into": one["id"]}, 409)
        await finish(dispatcher, two["id"])


class TestOnTheWay:
    async def test_a_wrong_move_names_state_and_moves(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-11")
        answer = await dispatcher.post(f"/v1/incidents/{one['id']}/moves", json={"to": "en_route"})

        assert answer.status_code == 409
        assert answer.json()["state"] == "confirmed"
        assert "dispatched" in answer.json()["allowed"]
        await finish(dispatcher, one["id"])

    async def test_a_late_report_keeps_its_time_and_moves_nothing_back(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-12")
        began_at = incident.clock.now()
        await post(dispatcher, f"/{one['id']}/dispatches", {"crew": "EAST-1"}, 201)
        incident.clock.advance(timedelta(minutes=40))
        await post(dispatcher, f"/{one['id']}/steps", {"accounts": [f"31{12:04d}0000"]}, 201)
        crew = incident.client(Role.CREW, unit="/city/east/repair/", employee="E0077")
        arrived_at = (began_at + timedelta(minutes=12)).isoformat()
        late = await post(crew, f"/{one['id']}/moves", {"to": "arrived", "happened_at": arrived_at}, 200)

        assert late == {"state": "restoring", "late": True}
        entries = (await get(dispatcher, f"/incidents/{one['id']}/timeline"))["items"]
        assert entries == sorted(entries, key=lambda e: (e["happened_at"], e["id"]))
        assert [e["happened_at"] for e in entries if e["kind"] == "arrived"] == [arrived_at.replace("+00:00", "Z")]
        await finish(dispatcher, one["id"])

    async def test_a_crews_done_restores_nobody(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-13")
        crew = incident.client(Role.CREW, unit="/city/east/repair/", employee="E0077")
        said = await post(crew, f"/{one['id']}/reports", {"kind": "done"}, 201)
        refused = await crew.post(f"/v1/incidents/{one['id']}/steps", json={"rest": True})

        assert said == {"state": "confirmed", "awaiting_confirmation": True}
        assert refused.status_code == 403
        assert (await get(dispatcher, f"/incidents/{one['id']}"))["customers_still_out"] == 10
        await finish(dispatcher, one["id"])

    async def test_estimates_keep_their_history_and_source(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-14")
        for hours, source in ((1, "rule"), (3, "crew")):
            body = {"restored_by": at(incident, 60 * hours), "source": source}
            await post(dispatcher, f"/{one['id']}/estimates", body, 201)
        await post(dispatcher, f"/{one['id']}/estimates", {"restored_by": at(incident, -1)}, 422)

        shown = await get(dispatcher, f"/incidents/{one['id']}")
        assert [e["source"] for e in shown["estimates"]] == ["crew", "rule"]
        assert shown["estimate"] == shown["estimates"][0]
        await finish(dispatcher, one["id"])
        await post(dispatcher, f"/{one['id']}/estimates", {"restored_by": at(incident, 60)}, 409)

    async def test_an_unknown_crew_is_not_sent(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-15")
        await post(dispatcher, f"/{one['id']}/dispatches", {"crew": "NORTH-9"}, 404)
        await finish(dispatcher, one["id"])


class TestSteps:
    async def test_waits_for_whoever_switches_now(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-25")
        body = {"operations": [{"device": "load-25", "to": "in"}]}
        async with switching_elsewhere(incident):
            step = asyncio.create_task(post(dispatcher, f"/{one['id']}/steps", body, 201))
            done, _ = await asyncio.wait({step}, timeout=1.5)  # far longer than a step takes on a busy machine
            assert not done

        assert (await step)["state"] == "restored"

    async def test_names_exactly_one_way(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-16")
        for body in ({}, {"rest": True, "loads": ["load-16"]}):
            await post(dispatcher, f"/{one['id']}/steps", body, 422)
        await finish(dispatcher, one["id"])

    async def test_nobody_is_back_before_he_was_out(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-17")
        body = {"rest": True, "happened_at": at(incident, -1)}
        refused = await post(dispatcher, f"/{one['id']}/steps", body, 422)

        assert refused["type"].endswith("ends_before_it_began")
        assert (await get(dispatcher, f"/incidents/{one['id']}"))["customers_still_out"] == 10
        await finish(dispatcher, one["id"])

    async def test_a_step_that_brings_nobody_back_is_no_step(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-18")
        body = {"operations": [{"device": "switch-14", "to": "in"}]}
        refused = await post(dispatcher, f"/{one['id']}/steps", body, 422)
        stranger = await post(dispatcher, f"/{one['id']}/steps", {"accounts": ["310000"]}, 422)

        assert refused["type"].endswith("restores_nobody")
        assert stranger["errors"][0]["pointer"] == "/accounts/0"
        assert (await get(dispatcher, "/network/devices/switch-14"))["is_in"] is False
        await finish(dispatcher, one["id"])

    async def test_a_repeated_step_counts_once(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-19")
        body = {"loads": ["load-19"]}
        headers = {"Idempotency-Key": f"step-{one['id']}"}
        first = await post(dispatcher, f"/{one['id']}/steps", body, 201, **headers)
        again = await post(dispatcher, f"/{one['id']}/steps", body, 201, **headers)

        assert (first["number"], first["customers_back"]) == (again["number"], again["customers_back"]) == (1, 10)
        assert len((await get(dispatcher, f"/incidents/{one['id']}/steps"))["items"]) == 1

    async def test_an_unconfirmed_incident_restores_nobody(self, incident, dispatcher):
        call = {"id": "018f0000-0000-7000-8000-000000000001", "account": f"31{20:04d}0000"}
        assert (await dispatcher.post("/v1/trouble-calls", json=call)).status_code == 201
        await incident.own_events()
        (one,) = (await get(dispatcher, "/incidents", call=call["id"]))["items"]

        refused = await post(dispatcher, f"/{one['id']}/steps", {"rest": True}, 409)
        assert refused["type"].endswith("not_confirmed")
        await post(dispatcher, f"/{one['id']}/cancellation", {"note": "fuse of the customer"}, 200)

    async def test_who_stays_out_by_another_fault_is_handed_over(self, incident, dispatcher):
        area = (await get(dispatcher, f"/network/devices/{FEEDER}"))["feeds"][0]
        inner = await opened(incident, dispatcher, device=area)
        outer = await opened(incident, dispatcher)
        account = f"31{int(area.removeprefix('load-')):04d}0000"

        assert outer["customers_out"] == 540
        body = {"operations": [{"device": FEEDER, "to": "in"}]}
        done = await post(dispatcher, f"/{outer['id']}/steps", body, 201)
        assert (done["state"], done["customers_back"]) == ("restored", 540)
        assert (await get(dispatcher, f"/incidents/{inner['id']}"))["customers_still_out"] == 10
        await finish(dispatcher, inner["id"])
        assert (await get(dispatcher, f"/network/supply-points/{account}"))["has_supply"]

    async def test_a_nested_fault_found_during_the_outer_one_takes_its_customers_over(self, incident, dispatcher):
        area = (await get(dispatcher, f"/network/devices/{FEEDER}"))["feeds"][1]
        outer = await opened(incident, dispatcher)
        inner = await post(dispatcher, "", {"device": area}, 201)
        assert inner["customers_out"] == 0

        body = {"operations": [{"device": FEEDER, "to": "in"}]}
        done = await post(dispatcher, f"/{outer['id']}/steps", body, 201)
        assert done["handed_over"] == {inner["id"]: 10}
        assert (done["state"], done["customers_back"]) == ("restored", 540)
        finished = await finish(dispatcher, inner["id"])
        assert finished["state"] == "closed"

    async def test_a_step_may_put_others_out(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-21")
        body = {"operations": [{"device": "load-21", "to": "in"}, {"device": "load-22", "to": "out"}]}
        done = await post(dispatcher, f"/{one['id']}/steps", body, 201)

        assert (done["customers_back"], done["customers_lost"], done["customers_still_out"]) == (10, 10, 10)
        assert done["state"] == "restoring"
        await finish(dispatcher, one["id"])


class TestClosing:
    async def test_needs_restoration_and_a_cause(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-23")
        await post(dispatcher, f"/{one['id']}/closure", {"cause": "vehicle"}, 409)
        await post(dispatcher, f"/{one['id']}/steps", {"rest": True}, 201)
        await post(dispatcher, f"/{one['id']}/closure", {}, 409)
        await post(dispatcher, f"/{one['id']}/closure", {"cause": "gremlins"}, 422)
        closed = await post(dispatcher, f"/{one['id']}/closure", {"cause": "vehicle"}, 200)

        assert closed["moves"] == []
        codes = [cause["code"] for cause in (await get(dispatcher, "/incidents/causes"))["items"]]
        assert "vehicle" in codes


class TestCrews:
    async def test_are_kept_listed_and_stay_in_their_unit(self, incident):
        crew = {"unit": "/city/west/repair/", "name_zh": "带电班", "name_en": "Live work", "skills": ["live_work"]}
        async with incident.client(Role.DISPATCHER, unit="/city/west/") as west:
            made = await west.put("/v1/crews/WEST-2", json=crew)
            changed = await west.put("/v1/crews/WEST-2", json=crew | {"active": False})
            listed = (await get(west, "/crews"))["items"]
            refused = await west.put("/v1/crews/EAST-9", json=crew | {"unit": "/city/east/repair/"})

        assert (made.status_code, changed.status_code, refused.status_code) == (201, 200, 403)
        assert {one["code"]: one["active"] for one in listed} == {"WEST-1": True, "WEST-2": False}
        async with incident.client(Role.DISPATCHER, unit="/city/east/") as east:
            stolen = await east.put("/v1/crews/WEST-2", json=crew | {"unit": "/city/east/repair/"})
        assert stolen.status_code == 404


class TestUnits:
    async def test_another_district_finds_nothing(self, incident, dispatcher):
        one = await opened(incident, dispatcher, device="load-24")
        stranger = incident.client(Role.DISPATCHER, unit="/city/west/")
        for path in ("", "/timeline", "/calls", "/steps", "/dispatches"):
            assert (await stranger.get(f"/v1/incidents/{one['id']}{path}")).status_code == 404
        assert (await stranger.get(f"/v1/incidents/{one['id']}/interruptions")).json()["items"] == []
        for path, body in (("/steps", {"rest": True}), ("/closure", {}), ("/moves", {"to": "arrived"})):
            assert (await stranger.post(f"/v1/incidents/{one['id']}{path}", json=body)).status_code == 404
        await finish(dispatcher, one["id"])
