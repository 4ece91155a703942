"""Restored in steps: a lorry against a pole, three steps, and who was out for how long."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from incident.network.service import SWITCHING_LOCK
from kit.auth import Role
from kit.contracts.incident import IncidentProgressed, IncidentRestored, InterruptionEnded
from tests.incident.handling import FEEDER, at, finish, get, opened, post

pytestmark = pytest.mark.usefixtures("company")
PLAN = [
    {"switch-7": "out", "switch-8": "out", FEEDER: "in"},  # line-5 is isolated, what lies before it comes back
    {"switch-15": "out", "switch-14": "in"},  # the tie takes what lies behind switch-15, more it cannot carry
    {"switch-7": "in", "switch-8": "in", "switch-14": "out", "switch-15": "in"},  # the pole stands again
]


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
