"""An incident's way from its opening to its end, by whom, and who sees it."""

from datetime import timedelta

import pytest

from kit.auth import Role
from kit.contracts.incident import IncidentOpened
from tests.incident.handling import at, finish, get, opened, post

pytestmark = pytest.mark.usefixtures("company")


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
