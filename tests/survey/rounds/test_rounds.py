"""Campaigns that ask once, or again and again."""

from datetime import timedelta

import pytest

from kit.auth import Role
from kit.contracts.survey import InvitationIssued, RoundPlanned
from tests.survey.asking import delivery
from tests.survey.sampling import EAST, WEST


class TestOnce:
    async def test_it_asks_its_frame_when_it_is_activated_and_tells_so_once(self, survey, sampling):
        accounts = await sampling.crowd(30, segment="once")
        campaign = await sampling.drawn("once", frame={"segments": ["once"]}, valid_days=7)
        await sampling.plan()
        assert await sampling.asked_by(campaign) == accounts
        (found,) = await sampling.rounds(campaign)
        assert (found["number"], found["state"], found["wanted"], found["issued"]) == (1, "planned", 30, 30)
        (told,) = [e for e in await survey.events(RoundPlanned) if e["data"]["campaign_id"] == campaign]
        assert (told["data"]["issued"], told["account"]) == (30, None)
        assert not [e for e in await survey.events(InvitationIssued) if e["data"]["campaign_id"] == campaign]

    async def test_each_invitation_says_what_was_true_when_it_was_issued(self, survey, sampling):
        (account,) = await sampling.crowd(
            1, segment="frozen", unit=WEST, language="en", phone=None, email="a@b.example"
        )
        campaign = await sampling.drawn(
            "frozen", frame={"segments": ["frozen"]}, channels=["file"], sub_process="RB-09"
        )
        await sampling.plan()
        async with survey.client(Role.INTEGRATOR) as sender:
            (found,) = (await sender.get(f"/v1/invitations?account={account}")).json()["items"]
        known = {"unit": WEST, "language": "en", "sub_process": "RB-09", "trigger": "none", "delivery_state": "waiting"}
        assert {name: found[name] for name in known} == known
        assert found["campaign_id"] == campaign
        (row,) = await survey.sql("SELECT * FROM invitation WHERE id = $1", found["id"])
        assert (row["segment"], row["correlation"], row["send_at"]) == ("frozen", found["id"], None)

    async def test_not_before_its_time(self, survey, sampling):
        await sampling.crowd(3, segment="later")
        at = survey.clock.now() + timedelta(days=3)
        campaign = await sampling.drawn("later", frame={"segments": ["later"]}, starts_at=at.isoformat())
        await sampling.plan()
        assert await sampling.asked_by(campaign) == []
        survey.clock.advance(timedelta(days=3))
        await sampling.plan()
        assert len(await sampling.asked_by(campaign)) == 3

    async def test_there_is_no_second_round(self, sampling):
        campaign = await sampling.drawn("single", frame={"segments": ["nobody"]})
        await sampling.plan()
        answer = await sampling.post(f"/v1/campaigns/{campaign}/rounds", None, Role.ANALYST, status=409)
        assert answer["type"].endswith("round_not_possible")

    async def test_who_was_asked_rests_from_every_campaign(self, sampling):
        accounts = await sampling.crowd(10, segment="tired")
        first = await sampling.drawn("tired_1", frame={"segments": ["tired"]}, size=4)
        await sampling.plan()
        second = await sampling.drawn("tired_2", frame={"segments": ["tired"]})
        await sampling.plan()
        asked = [set(await sampling.asked_by(campaign)) for campaign in (first, second)]
        assert (len(asked[0]), asked[0] & asked[1]) == (4, set())
        assert asked[0] | asked[1] == set(accounts)


class TestAgain:
    async def test_rounds_come_with_their_period_until_they_end(self, survey, sampling):
        await sampling.crowd(40, segment="weekly")
        campaign = await sampling.drawn(
            "weekly", frame={"segments": ["weekly"]}, size=10, period_days=7, rounds=3, seed="w"
        )
        for _ in range(5):
            await sampling.plan()
            survey.clock.advance(timedelta(days=7))
        rounds = await sampling.rounds(campaign)
        assert [(one["number"], one["issued"]) for one in rounds] == [(1, 10), (2, 10), (3, 10)]
        asked = await sampling.asked_by(campaign)
        assert len(set(asked)) == 30

    async def test_each_round_draws_anew(self, survey, sampling):
        await sampling.crowd(60, segment="monthly")
        campaign = await sampling.drawn("monthly", frame={"segments": ["monthly"]}, size=20, period_months=2, rounds=2)
        await sampling.plan()
        first = set(await sampling.asked_by(campaign))
        survey.clock.advance(timedelta(days=62))
        await sampling.plan()
        rows = await sampling.asked_by(campaign)
        second = list(rows)
        for account in first:
            second.remove(account)
        assert len(second) == 20
        assert 0 < len(first & set(second)) < 20

    async def test_a_closed_campaign_has_no_more_rounds(self, survey, sampling):
        await sampling.crowd(5, segment="closed")
        campaign = await sampling.drawn("closed", frame={"segments": ["closed"]}, size=1, period_days=40)
        await sampling.plan()
        await sampling.post(f"/v1/campaigns/{campaign}/close", None, Role.ANALYST, status=200)
        survey.clock.advance(timedelta(days=40))
        await sampling.plan()
        assert len(await sampling.rounds(campaign)) == 1

    async def test_a_round_by_hand_takes_the_next_number(self, sampling):
        await sampling.crowd(5, segment="extra")
        campaign = await sampling.drawn("extra", frame={"segments": ["extra"]}, size=2, period_days=40)
        await sampling.plan()
        made = await sampling.post(f"/v1/campaigns/{campaign}/rounds", None, Role.ANALYST, status=202)
        await sampling.plan()
        assert made["number"] == 2
        assert [one["issued"] for one in await sampling.rounds(campaign)] == [2, 2]


class TestQuotas:
    async def test_a_full_stratum_is_asked_no_more(self, survey, sampling):
        """Quotas count complete answers: one still open leaves the stratum open."""
        await sampling.crowd(10, segment="quota", unit=EAST)
        await sampling.crowd(10, segment="quota", unit=WEST)
        campaign = await sampling.drawn(
            "quota",
            frame={"segments": ["quota"]},
            strata={"by": ["district"]},
            size=8,
            quotas={"/city/east/": 2, "/city/west/": 9},
            period_days=1,
        )
        await sampling.plan()
        rows = await survey.sql(
            "SELECT id FROM invitation WHERE campaign_id = $1 AND stratum = '/city/east/' ORDER BY id", campaign
        )
        assert len(rows) == 4
        said = await sampling.dry_run(campaign)
        assert "quota_full" not in said["not_asked"]
        await survey.sql(
            "UPDATE invitation SET answered_at = now(), completed_at = now() WHERE id = ANY($1::uuid[])",
            [row["id"] for row in rows[:2]],
        )
        said = await sampling.dry_run(campaign)
        assert said["not_asked"]["quota_full"] == 6
        survey.clock.advance(timedelta(days=1))
        await sampling.plan()
        found = await survey.sql(
            "SELECT stratum, count(*) AS n FROM invitation WHERE campaign_id = $1 GROUP BY 1 ORDER BY 1", campaign
        )
        assert [(row["stratum"], row["n"]) for row in found] == [("/city/east/", 4), ("/city/west/", 10)]

    async def test_one_by_one_too(self, survey, sampling):
        campaign = await sampling.campaign(
            "one_by_one", questionnaire="after_order", trigger="order_completed", quotas={"all": 1}
        )
        first, second = await sampling.crowd(2)
        order = await sampling.serve(first)
        await sampling.answer(await sampling.token(order), overall=5)
        assert len(await sampling.asked(order)) == 1
        await survey.sql("UPDATE invitation SET completed_at = now() WHERE campaign_id = $1", campaign)
        assert await sampling.asked(await sampling.serve(second)) == []
        body = {"campaign": "one_by_one", "account": second, "unit": EAST}
        refused = await sampling.post("/v1/invitations", body, Role.INTEGRATOR, status=409)
        assert refused["reason"] == "quota_full"
        await sampling.post(f"/v1/campaigns/{campaign}/close", None, Role.ANALYST, status=200)


class TestPlans:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"size": 5, "share": 0.5},
            {"period_days": 3, "period_months": 1},
            {"trigger": "order_completed", "period_days": 3},
            {"trigger": "order_completed", "size": 10},
            {"trigger": "order_completed", "frame": {"listed": True}},
            {"rounds": 3},
            {"frame": None, "size": 4},
            {"reminders": 2},
            {"remind_after_days": 2},
            {"confidentiality": "anonymous", "quotas": {"all": 3}},
            {"confidentiality": "anonymous", "trigger": "case_closed"},
            {"channels": []},
            {"channels": ["file", "file"]},
            {"channels": ["pigeon"]},
            {"strata": {"by": []}},
            {"strata": {"by": ["segment", "segment"]}},
            {"strata": {"by": ["segment"], "allocation": "given"}},
            {"strata": {"by": ["segment"], "given": {"a": 1}}},
            {"strata": {"by": ["segment"], "allocation": "given", "given": {"a": 1}}, "size": 3},
            {"quotas": {"A B": 1}},
            {"quotas": {"a": -1}},
            {"size": 0},
            {"seed": "a|b"},
            {"frame": {"units": ["/x/"] * 101}},
            {"starts_at": "2026-03-02T09:00:00"},
        ],
    )
    async def test_wrong_ones_are_refused(self, sampling, wrong):
        body = {"code": "wrong", "questionnaire": "after_order", "frame": {}} | wrong
        await sampling.post("/v1/campaigns", body, Role.ANALYST, status=422)

    async def test_a_channel_that_is_not_set_up_asks_nobody(self, sampling):
        campaign = await sampling.drawn("mail", active=False, channels=["email"])
        answer = await sampling.post(f"/v1/campaigns/{campaign}/activate", None, Role.ANALYST, status=409)
        assert (answer["type"].rpartition(":")[2], answer["channels"]) == ("channel_not_set_up", ["email"])

    async def test_the_list_of_an_active_campaign_is_fixed(self, sampling):
        campaign = await sampling.drawn("fixed", frame={"listed": True})
        body = {"accounts": ["3100000001"]}
        await sampling.post(f"/v1/campaigns/{campaign}/accounts", body, Role.ANALYST, status=409)
        await sampling.post(f"/v1/campaigns/{campaign}/accounts", {"accounts": ["x"]}, Role.ANALYST, status=422)

    async def test_answers_are_taken_as_from_any_other(self, sampling):
        await sampling.crowd(1, segment="answers")
        campaign = await sampling.drawn("answers", frame={"segments": ["answers"]})
        await sampling.plan()
        (token,) = (await sampling.tokens(campaign)).values()
        answer = await sampling.put("0192f3a0-0000-7000-8000-00000000abcd", delivery(token, overall=4))
        assert answer.status_code == 200
