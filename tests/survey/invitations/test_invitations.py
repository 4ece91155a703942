import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from kit.auth import Role
from survey.campaigns.occasion import Rule, sampled
from survey.invitations.token import Token, sign
from tests.survey.asking import HALL, Asking


class TestOccasions:
    async def test_a_completed_order_leads_to_one_invitation_and_its_message(self, survey, asking):
        order = await asking.serve(await asking.contact(phone="+8613811111111"))
        (event,) = await asking.asked(order)
        data = event["data"]
        assert (data["trigger"], data["sub_process"], data["channel"]) == ("order_completed", "RB-09", "file")
        assert (event["unit"], event["account"], event["correlation"]) == (HALL, None, event["subject"])
        (message,) = [sent for sent in await survey.send_messages() if sent["to"] == "+8613811111111"]
        token = await asking.token(order)
        assert message["text"].endswith(f"/s/#{token}")

    async def test_an_order_told_twice_asks_once(self, asking):
        account, order = await asking.contact(), uuid4()
        for _ in range(2):
            await asking.serve(account, order=order)
        assert len(await asking.asked(order)) == 1

    async def test_an_order_without_a_customer_or_of_an_unknown_one_asks_nobody(self, asking):
        assert await asking.asked(await asking.serve(None)) == []
        assert await asking.asked(await asking.serve(await asking.contact(), unit=None)) == []
        assert await asking.asked(await asking.serve("9999999999")) == []

    async def test_an_outage_asks_each_customer_once_under_its_own_sub_process(self, asking):
        incident, accounts = uuid4(), [await asking.contact() for _ in range(2)]
        for account in (*accounts, accounts[0]):
            await asking.restore(account, incident=incident)
        events = await asking.asked(incident)
        assert [event["data"]["sub_process"] for event in events] == ["OR-05", "OR-05"]

    async def test_a_momentary_outage_asks_nobody(self, asking):
        assert await asking.asked(await asking.restore(await asking.contact(), sustained=False)) == []

    async def test_a_contact_without_a_phone_is_reached_by_whoever_reads_the_link(self, asking):
        order = await asking.serve(await asking.contact(phone=None))
        assert await asking.token(order)


class TestRest:
    async def test_who_was_asked_is_left_in_peace_by_every_campaign(self, survey, asking):
        account = await asking.contact()
        assert len(await asking.asked(await asking.serve(account))) == 1
        survey.clock.advance(timedelta(days=29))
        assert await asking.asked(await asking.restore(account)) == []
        survey.clock.advance(timedelta(days=1))
        assert len(await asking.asked(await asking.serve(account))) == 1

    async def test_an_occasion_that_was_asked_about_before_does_not_prolong_the_rest(self, survey, asking):
        account, order = await asking.contact(), uuid4()
        await asking.serve(account, order=order)
        survey.clock.advance(timedelta(days=31))
        await asking.serve(account, order=order)
        assert len(await asking.asked(await asking.serve(account))) == 1

    async def test_what_a_resting_customer_was_spared_leaves_no_invitation(self, survey, asking):
        account, spared = await asking.contact(), uuid4()
        await asking.serve(account)
        await asking.serve(account, order=spared)
        async with survey.client(Role.INTEGRATOR) as sender:
            found = await sender.get(f"/v1/invitations?trigger_id={spared}")
        assert found.json()["items"] == []

    async def test_two_occasions_at_once_ask_once(self, survey, asking):
        body = {"campaign": "after_order", "unit": HALL, "account": await asking.contact()}
        async with survey.client(Role.INTEGRATOR) as sender:
            answers = await asyncio.gather(*(sender.post("/v1/invitations", json=body) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7

    async def test_the_follow_up_is_exempt_once_per_case_and_continues_the_story(self, asking):
        account = await asking.contact()
        await asking.serve(account)
        case = await asking.close_case(account, story="the-story")
        (event,) = await asking.asked(case)
        assert event["correlation"] == "the-story"
        await asking.close_case(account, case=case)
        assert len(await asking.asked(case)) == 1

    async def test_the_follow_up_makes_nobody_rest(self, asking):
        account = await asking.contact()
        await asking.close_case(account)
        assert len(await asking.asked(await asking.serve(account))) == 1

    @pytest.mark.parametrize("wish", [{"opt_out": True}, {"consent": False}])
    async def test_nothing_is_exempt_from_the_customers_wish(self, asking, wish):
        account = await asking.contact(**wish)
        assert await asking.asked(await asking.serve(account)) == []
        assert await asking.asked(await asking.restore(account)) == []
        assert await asking.asked(await asking.close_case(account)) == []


class TestByHand:
    async def invite(self, survey, **more):
        body = {"campaign": "after_order", "unit": HALL, "sub_process": "BE-12"} | more
        async with survey.client(Role.INTEGRATOR) as sender:
            return await sender.post("/v1/invitations", json=body)

    async def test_the_rest_period_holds_as_ever(self, survey, asking):
        account = await asking.contact()
        made = await self.invite(survey, account=account)
        assert (made.status_code, made.json()["account"], made.json()["sub_process"]) == (201, account, "BE-12")
        again = await self.invite(survey, account=account)
        assert (again.status_code, again.json()["reason"]) == (409, "resting")

    async def test_each_refusal_has_its_reason(self, survey, asking):
        out, no = await asking.contact(opt_out=True), await asking.contact(consent=False)
        assert (await self.invite(survey, account=out)).json()["reason"] == "opted_out"
        assert (await self.invite(survey, account=no)).json()["reason"] == "no_consent"
        account, occasion = await asking.contact(), str(uuid4())
        await self.invite(survey, account=account, trigger_id=occasion)
        survey.clock.advance(timedelta(days=40))
        again = await self.invite(survey, account=account, trigger_id=occasion)
        assert again.json()["reason"] == "asked_already"

    async def test_only_an_active_campaign_and_a_known_customer(self, survey, asking):
        missing = await self.invite(survey, account=await asking.contact(), campaign="never")
        assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (422, "/campaign")
        assert (await self.invite(survey, account="8888888888")).status_code == 404

    async def test_a_follow_up_by_hand_names_its_case(self, survey, asking):
        account = await asking.contact()
        nameless = await self.invite(survey, account=account, campaign="follow_up")
        assert (nameless.status_code, nameless.json()["errors"][0]["pointer"]) == (422, "/trigger_id")
        case = str(uuid4())
        statuses = [
            (await self.invite(survey, account=account, campaign="follow_up", trigger_id=case)).status_code
            for _ in range(2)
        ]
        assert statuses == [201, 409]

    async def test_a_repeated_request_asks_once(self, survey, asking):
        body = {"campaign": "after_order", "unit": HALL, "account": await asking.contact()}
        async with survey.client(Role.INTEGRATOR) as sender:
            answers = [
                await sender.post("/v1/invitations", json=body, headers={"Idempotency-Key": "same"}) for _ in range(2)
            ]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json()["id"] == answers[1].json()["id"]

    async def test_the_list_can_be_bounded(self, survey, asking):
        account = await asking.contact()
        order = await asking.serve(account)
        async with survey.client(Role.INTEGRATOR) as sender:
            by_account = (await sender.get(f"/v1/invitations?account={account}")).json()["items"]
            by_occasion = (await sender.get(f"/v1/invitations?trigger_id={order}")).json()["items"]
            one = (await sender.get(f"/v1/invitations/{by_account[0]['id']}")).json()
        assert by_account == by_occasion == [one]
        assert "token" not in one

    async def test_a_campaigns_invitations_and_no_others_page_by_page(self, survey, asking):
        accounts = [await asking.contact() for _ in range(3)]
        for account in accounts:
            await self.invite(survey, account=account)
        (row,) = await survey.sql("SELECT id FROM campaign WHERE code = 'after_order'")
        bounds, seen = {"campaign_id": str(row["id"]), "limit": 2}, []
        async with survey.client(Role.INTEGRATOR) as sender:
            while True:
                page = (await sender.get("/v1/invitations", params=bounds)).json()
                assert len(page["items"]) <= 2
                seen += page["items"]
                if page["next"] is None:
                    break
                bounds["after"] = page["next"]
            nobody = (await sender.get("/v1/invitations", params={"campaign_id": str(uuid4())})).json()["items"]
        (count,) = await survey.sql("SELECT count(*) AS n FROM invitation WHERE campaign_id = $1", row["id"])
        assert {one["campaign_id"] for one in seen} == {str(row["id"])}
        assert len({one["id"] for one in seen}) == len(seen) == count["n"] >= 3
        assert set(accounts) <= {one["account"] for one in seen}
        assert nobody == []


class TestReading:
    async def test_who_was_asked_is_shown_to_the_sending_system_alone(self, survey, asking):
        account = await asking.contact()
        order = await asking.serve(account)
        (event,) = await asking.asked(order)
        path = f"/v1/invitations/{event['subject']}"
        async with survey.client(Role.INTEGRATOR) as sender, survey.client(Role.MANAGER) as manager:
            full, bare = (await sender.get(path)).json(), (await manager.get(path)).json()
        assert (full["account"], full["trigger_id"]) == (account, str(order))
        assert bare == full | {"account": None, "trigger_id": None}

    async def test_another_units_invitation_is_not_there(self, survey, asking):
        (event,) = await asking.asked(await asking.serve(await asking.contact()))
        async with survey.client(Role.MANAGER, unit="/city/west/") as manager:
            assert (await manager.get(f"/v1/invitations/{event['subject']}")).status_code == 404


class TestOpening:
    async def open(self, survey, token):
        async with survey.client() as phone:
            return await phone.post("/v1/invitations/open", json={"invitation": token})

    async def test_the_phone_gets_its_questionnaire_in_the_customers_language(self, survey, asking):
        token = await asking.invited(await asking.contact(language="en"))
        opened = (await self.open(survey, token)).json()
        assert (opened["questionnaire"], opened["version"], opened["language"]) == ("after_order", 1, "en")
        assert [item["code"] for item in opened["definition"]["items"]][:3] == [
            "may_contact",
            "unit_may_know",
            "overall",
        ]

    async def test_an_expired_invitation_is_gone(self, survey, asking):
        token = await asking.invited()
        survey.clock.advance(timedelta(days=15))
        answer = await self.open(survey, token)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (410, "/invitation")

    async def test_a_cut_or_forged_one_is_not_genuine(self, survey, asking):
        token = await asking.invited()
        forged = sign(b"x" * 32, Token(uuid4(), survey.clock.now() + timedelta(days=1)))
        for wrong in (token[:-1], token.swapcase(), forged, "x"):
            answer = await self.open(survey, wrong)
            assert (answer.status_code, answer.json()["type"]) == (
                403,
                "urn:gridloop:problem:invitation_not_genuine",
            )

    async def test_two_services_with_other_keys_do_not_open_each_others(self, survey, asking):
        (event,) = await asking.asked(await asking.serve(await asking.contact()))
        other = survey.runtime.context.keyring.hash("another purpose")
        token = sign(other, Token(UUID(event["subject"]), survey.clock.now() + timedelta(days=1)))
        assert (await self.open(survey, token)).status_code == 403


class TestSample:
    async def test_a_share_of_the_occasions_is_asked_and_always_the_same(self, survey, asking):
        asker = Asking(survey)
        asker.accounts = 3_200_000_000
        await asker.campaign(
            "tenth", questionnaire="after_order", trigger="order_completed", unit="/city/west/", share=0.3
        )
        async with survey.client(Role.ANALYST) as planner:
            for item in (await planner.get("/v1/campaigns")).json()["items"]:
                if item["code"] == "after_order":
                    await planner.post(f"/v1/campaigns/{item['id']}/close")
        asked = []
        for number in range(40):
            account = await asker.contact(unit="/city/west/")
            order = await asker.serve(account, unit="/city/west/hall-1/", order=UUID(int=number))
            asked.append(len(await asker.asked(order)))
        rule = Rule("order_completed", (), 0.3, "1")
        expected = [
            sampled(rule, occasion=str(UUID(int=number)), account=str(3_200_000_001 + number)) for number in range(40)
        ]
        assert asked == expected
        assert 3 <= sum(asked) <= 24
