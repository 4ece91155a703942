"""Invitations and their reminders on their way: who gets which message, and who gets none any more."""

from datetime import timedelta

import pytest
from aiohttp import web

from kit.auth import Role
from tests.kit.messages.servers import mail_server, message_gateway
from tests.support.services import running
from tests.survey.asking import delivery
from tests.survey.sampling import Sampling

REMIND = {"reminders": 2, "remind_after_days": 3, "valid_days": 14}


async def texts(survey, phone):
    return [sent["text"] for sent in await survey.send_messages() if sent["to"] == phone]


async def after(survey, days):
    survey.clock.advance(timedelta(days=days))
    await survey.send_messages()


async def column(survey, campaign, name):
    rows = await survey.sql(f"SELECT {name} AS value FROM invitation WHERE campaign_id = $1 ORDER BY id", campaign)
    return [row["value"] for row in rows]


@pytest.fixture
async def reminded(survey, sampling):
    """A campaign of one customer, whose first message has gone."""

    async def made(name, phone, **more):
        (account,) = await sampling.crowd(1, segment=name, phone=phone)
        campaign = await sampling.drawn(name, frame={"segments": [name]}, **REMIND | more)
        await sampling.plan()
        assert len(await texts(survey, phone)) == 1
        (token,) = (await sampling.tokens(campaign)).values()
        return campaign, account, token

    return made


class TestReminders:
    async def test_who_does_not_answer_is_reminded_so_often_and_no_more(self, survey, reminded):
        phone = "+8613900000001"
        campaign, _, token = await reminded("silent", phone)
        for _ in range(4):
            await after(survey, 3)
        sent = await texts(survey, phone)
        assert len(sent) == 3
        assert all(token in text for text in sent)
        assert [("还没有回答" in text) for text in sent] == [False, True, True]
        assert await column(survey, campaign, "reminders") == [2]

    async def test_not_before_their_time(self, survey, reminded):
        phone = "+8613900000002"
        await reminded("early", phone)
        await after(survey, 2)
        assert len(await texts(survey, phone)) == 1

    async def test_who_answered_is_not_reminded(self, survey, sampling, reminded):
        phone = "+8613900000003"
        _, _, token = await reminded("answered", phone)
        taken = await sampling.put("0192f3a0-0000-7000-8000-0000000a0003", delivery(token, overall=5))
        assert taken.status_code == 200
        await after(survey, 3)
        assert len(await texts(survey, phone)) == 1

    async def test_who_opted_out_is_not_reminded(self, survey, reminded):
        phone = "+8613900000004"
        _, _, token = await reminded("refused", phone)
        async with survey.client() as respondent:
            await respondent.post("/v1/invitations/opt-out", json={"invitation": token})
        await after(survey, 3)
        assert len(await texts(survey, phone)) == 1

    async def test_who_opted_out_at_the_source_is_not_reminded(self, survey, sampling, reminded):
        phone = "+8613900000005"
        _, account, _ = await reminded("at_source", phone)
        await sampling.contact(account, source_version=2, opt_out=True, phone=phone)
        await after(survey, 3)
        assert len(await texts(survey, phone)) == 1

    async def test_nothing_after_the_end(self, survey, reminded):
        phone = "+8613900000006"
        await reminded("ended", phone, valid_days=4)
        await after(survey, 5)
        assert len(await texts(survey, phone)) == 1

    async def test_what_fell_due_while_nothing_was_sent_is_missed_and_not_sent_late(self, survey, sampling, reminded):
        phone = "+8613900000016"
        campaign, _, _ = await reminded("asleep", phone)
        await after(survey, 20)
        assert len(await texts(survey, phone)) == 1
        assert await column(survey, campaign, "reminders") == [0]
        async with survey.client(Role.INTEGRATOR) as sender:
            (shown,) = (await sender.get("/v1/invitations", params={"campaign_id": campaign})).json()["items"]
        assert (shown["reminders"], shown["reminders_missed"]) == (0, 2)

    async def test_of_those_who_answered_none_is_missed(self, survey, sampling, reminded):
        campaign, _, token = await reminded("asleep_answered", "+8613900000017")
        await sampling.put("0192f3a0-0000-7000-8000-0000000a0017", delivery(token, overall=5))
        await after(survey, 20)
        assert await column(survey, campaign, "reminders_missed") == [0]

    async def test_missed_ones_are_told_of_in_steps_of_five(self, survey, sampling):
        await sampling.crowd(6, segment="many_asleep")
        campaign = await sampling.drawn("many_asleep", frame={"segments": ["many_asleep"]}, **REMIND | {"reminders": 1})
        await sampling.plan()
        await survey.send_messages()
        await after(survey, 20)
        assert (await sampling.rates(campaign))["total"]["reminders_missed"] == 5

    async def test_nothing_for_a_campaign_that_is_closed(self, survey, sampling, reminded):
        phone = "+8613900000007"
        campaign, _, _ = await reminded("over", phone)
        await sampling.post(f"/v1/campaigns/{campaign}/close", None, Role.ANALYST, status=200)
        await after(survey, 3)
        assert len(await texts(survey, phone)) == 1

    async def test_anonymous_customers_are_all_reminded_and_told_why(self, survey, sampling, reminded):
        phone = "+8613900000008"
        await reminded("anonymous", phone, confidentiality="anonymous")
        await after(survey, 3)
        assert "不查看谁回答了" in (await texts(survey, phone))[-1]


async def test_a_full_quota_stops_what_waits_to_be_sent(survey, sampling):
    await sampling.crowd(3, segment="stopped")
    campaign = await sampling.drawn("stopped", frame={"segments": ["stopped"]}, quotas={"all": 1})
    await sampling.plan()
    await survey.sql(
        "UPDATE invitation SET completed_at = now() WHERE id = (SELECT min(id::text)::uuid FROM invitation"
        " WHERE campaign_id = $1)",
        campaign,
    )
    await survey.send_messages()
    assert await column(survey, campaign, "delivery_state") == ["withheld"] * 3


async def test_a_customer_whose_key_is_destroyed_holds_up_no_other(survey, sampling):
    accounts = await sampling.crowd(3, segment="erased")
    campaign = await sampling.drawn("erased", frame={"segments": ["erased"]})
    await sampling.plan()
    await survey.sql("UPDATE contact SET data_key = '' WHERE account = $1", accounts[1])
    await survey.send_messages()
    assert await column(survey, campaign, "delivery_state") == ["sent", "withheld", "sent"]


async def test_messages_are_sealed_one_batch_after_another(survey, sampling):
    await sampling.crowd(450, segment="batches")
    campaign = await sampling.drawn("batches", frame={"segments": ["batches"]})
    await sampling.plan()
    await survey.runtime.messages.send_some()
    (row,) = await survey.sql("SELECT count(*) AS n FROM message WHERE state = 'waiting'")
    assert row["n"] == 200
    await survey.send_messages()
    assert set(await column(survey, campaign, "delivery_state")) == {"sent"}


async def test_where_no_gateway_is_set_up_nobody_tells_what_became_of_messages(survey):
    items = [{"key": "k", "state": "failed", "at": "2026-03-02T09:30:00+08:00"}]
    async with survey.client() as stranger:
        answer = await stranger.post("/v1/invitations/receipts", json={"items": items})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:gridloop:problem:no_message_gateway")


async def test_where_no_secret_is_set_up_nobody_tells_what_came_back(survey):
    async with survey.client() as stranger:
        answer = await stranger.post(
            "/v1/invitations/bounces", content=b"x", headers={"Content-Type": "message/rfc822"}
        )
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:gridloop:problem:no_bounces")


class TestChannels:
    @pytest.fixture
    async def all_channels(self, engines, tmp_path):
        (tmp_path / "secret").write_text("s" * 40)
        async with mail_server() as box, message_gateway() as gateway:
            environment = {
                "GRIDLOOP_SMTP_URL": f"smtp://127.0.0.1:{box.port}",
                "GRIDLOOP_MAIL_FROM": "survey@power.example",
                "GRIDLOOP_MESSAGE_GATEWAY_URL": gateway.url,
                "GRIDLOOP_MESSAGE_GATEWAY_SECRET": str(tmp_path / "secret"),
            }
            async with running(engines, "survey", tmp_path, **environment) as service:
                sampling = Sampling(service)
                await sampling.publish("after_order")
                yield sampling, box, gateway

    async def test_each_customer_by_the_channel_that_he_likes_and_that_reaches_him(self, all_channels):
        sampling, box, gateway = all_channels
        survey = sampling.survey
        mail = {"email": "wang@example.com"}
        likes_mail = await sampling.crowd(1, segment="c", preferred_channel="email", **mail)
        no_wish = await sampling.crowd(1, segment="c", **mail)
        only_mail = await sampling.crowd(1, segment="c", phone=None, **mail)
        likes_what_is_not_there = await sampling.crowd(1, segment="c", preferred_channel="email")
        await sampling.crowd(1, segment="c", phone=None)
        campaign = await sampling.drawn("c", frame={"segments": ["c"]}, channels=["gateway", "email"])
        await sampling.plan()
        rows = await survey.sql(
            "SELECT account, channel FROM invitation JOIN contact ON contact.id = contact_id ORDER BY account"
        )
        assert {row["account"]: row["channel"] for row in rows} == {
            likes_mail[0]: "email",
            no_wish[0]: "gateway",
            only_mail[0]: "email",
            likes_what_is_not_there[0]: "gateway",
        }
        await survey.send_messages()
        assert (len(box.mails), len(gateway.posts)) == (2, 2)
        assert set(await column(survey, campaign, "delivery_state")) == {"sent"}

    async def test_a_short_message_has_the_short_link_and_an_email_the_way_out(self, all_channels):
        import json

        sampling, box, gateway = all_channels
        survey = sampling.survey
        await sampling.crowd(1, segment="s")
        await sampling.crowd(1, segment="s", phone=None, email="wang@example.com")
        await sampling.drawn("s", frame={"segments": ["s"]}, channels=["gateway", "email"])
        await sampling.plan()
        await survey.send_messages()
        text = json.loads(gateway.posts[0][1])["text"]
        code = text.rpartition("/s/#")[2]
        assert len(code) == 18
        async with survey.client() as phone:
            assert (await phone.post("/v1/invitations/open", json={"invitation": code})).status_code == 200
        assert box.mails[0]["Subject"] == "请评价我们的供电服务"
        assert "选择退出" in box.mails[0].get_content()

    async def test_a_reminder_that_waits_for_its_channel_until_the_end_is_missed(self, all_channels):
        sampling, _, gateway = all_channels
        survey = sampling.survey
        await sampling.crowd(1, segment="w")
        campaign = await sampling.drawn("w", frame={"segments": ["w"]}, channels=["gateway"], **REMIND)
        await sampling.plan()
        await survey.send_messages()
        survey.clock.advance(timedelta(days=3))
        gateway.answers.append(lambda: web.Response(status=500))
        await survey.send_messages()
        assert await column(survey, campaign, "reminders") == [1]
        survey.clock.advance(timedelta(days=12))
        await survey.sql("UPDATE message SET retry_at = now()")
        await survey.send_messages()
        assert len(gateway.posts) == 2
        assert await column(survey, campaign, "reminders") == [0]
        assert await column(survey, campaign, "reminders_missed") == [2]

    async def test_a_mailbox_that_does_not_exist_is_undeliverable_and_the_others_get_theirs(self, all_channels):
        sampling, box, _ = all_channels
        box.replies["gone@example.com"] = "550 no such mailbox"
        await sampling.crowd(1, segment="b", phone=None, email="gone@example.com")
        await sampling.crowd(4, segment="b", phone=None, email="here@example.com")
        campaign = await sampling.drawn("b", frame={"segments": ["b"]}, channels=["email"])
        await sampling.plan()
        await sampling.survey.send_messages()
        found = (await sampling.rates(campaign))["total"]
        assert (found["issued"], found["sent"], found["undeliverable"]) == (5, 4, 1)
