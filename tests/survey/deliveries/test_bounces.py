"""Mails that come back later: the mail system's pipe posts its reports, and proves that it is the pipe."""

import json
import time
from datetime import timedelta

import pytest

from kit.auth import Role
from kit.messages.return_path import mark
from kit.messages.signature import signed
from tests.kit.messages.plain_reports import COREMAIL, EXIM, QMAIL, RIDDLE
from tests.kit.messages.plain_reports import written as written_out
from tests.kit.messages.reports import postfix, worded
from tests.kit.messages.servers import mail_server
from tests.support.services import running
from tests.survey.sampling import Sampling

SECRET = b"a secret of the mail system's pipe, long enough"
LARGEST = 1024**2
KEYS = "(SELECT 'invitation:' || id FROM invitation WHERE campaign_id = $1)"


@pytest.fixture(scope="module")
async def mailed(engines, tmp_path_factory):
    """A service whose mails all left."""
    files = tmp_path_factory.mktemp("files")
    (files / "secret").write_bytes(SECRET)
    async with mail_server() as box:
        environment = {
            "GRIDLOOP_SMTP_URL": f"smtp://127.0.0.1:{box.port}",
            "GRIDLOOP_MAIL_FROM": "survey@power.example",
            "GRIDLOOP_BOUNCE_ADDRESS": "bounces@power.example",
            "GRIDLOOP_BOUNCE_SECRET": str(files / "secret"),
        }
        async with running(engines, "survey", files, **environment) as survey:
            sampling = Sampling(survey)
            await sampling.publish("after_order")
            yield sampling, box


def address(name):
    return f"{name}@example.com"


def written(box, name):
    """Return paths and mails of this customer: others of the same database may be due a reminder at the same time."""
    mails = zip(box.senders, box.mails, strict=True)
    return [(path, mail) for path, mail in mails if mail["To"] == address(name)]


@pytest.fixture
def asked(mailed):
    """One customer asked by mail; gives the campaign, the return path and the Message-ID."""
    sampling, box = mailed

    async def made(name):
        name = f"b_{name}"
        await sampling.crowd(1, segment=name, phone=None, email=address(name))
        campaign = await sampling.drawn(name, frame={"segments": [name]}, channels=["email"], reminders=2,
                                        remind_after_days=3, valid_days=14)  # fmt: skip
        await sampling.plan()
        await sampling.survey.send_messages()
        ((path, mail),) = written(box, name)
        return campaign, path, mail["Message-ID"]

    return made


async def pipe(survey, raw, *, secret=SECRET, at=None, headers=None):
    sent = signed(secret, raw, at=int(time.time()) if at is None else at) if headers is None else headers
    async with survey.client() as mail_system:
        return await mail_system.post(
            "/v1/invitations/bounces", content=raw, headers=sent | {"Content-Type": "message/rfc822"}
        )


async def taken(survey, raw):
    answer = await pipe(survey, raw)
    assert answer.status_code == 200, answer.text
    return answer.json()["taken"]


async def delivery(survey, campaign):
    async with survey.client(Role.INTEGRATOR) as sender:
        (shown,) = (await sender.get("/v1/invitations", params={"campaign_id": campaign})).json()["items"]
    return shown["delivery_state"], shown["delivery_detail"]


class TestInWords:
    @pytest.mark.parametrize(("form", "charset"), [(EXIM, "utf-8"), (QMAIL, "utf-8"), (COREMAIL, "gbk")])
    async def test_who_writes_to_people_is_understood_too(self, mailed, asked, form, charset):
        survey = mailed[0].survey
        campaign, path, _ = await asked(f"words{len(form)}")
        assert await taken(survey, written_out(form, to=path, reason="Unknown user", charset=charset)) == "bounced"
        assert await delivery(survey, campaign) == ("bounced", "bounced")


class TestHard:
    async def test_known_by_its_return_path(self, mailed, asked):
        survey = mailed[0].survey
        campaign, path, _ = await asked("path")
        assert await taken(survey, postfix(to=path)) == "bounced"
        assert await delivery(survey, campaign) == ("bounced", "bounced 5.1.1")

    @pytest.mark.parametrize("charset", ["utf-8", "gb18030", "iso-8859-1"])
    async def test_known_by_the_message_that_it_returns(self, mailed, asked, charset):
        survey = mailed[0].survey
        campaign, _, message_id = await asked(charset.replace("-", ""))
        assert await taken(survey, worded(charset, message_id=message_id)) == "bounced"
        assert (await delivery(survey, campaign))[0] == "bounced"

    async def test_told_again_it_is_no_news(self, mailed, asked):
        survey = mailed[0].survey
        _, path, _ = await asked("again")
        assert [await taken(survey, postfix(to=path)) for _ in range(3)] == ["bounced", "ignored", "ignored"]

    async def test_an_address_that_does_not_exist_is_not_reminded(self, mailed, asked):
        sampling, box = mailed
        _, path, _ = await asked("dead")
        await taken(sampling.survey, postfix(to=path))
        sampling.survey.clock.advance(timedelta(days=4))
        await sampling.survey.send_messages()
        assert len(written(box, "b_dead")) == 1

    async def test_a_reminder_that_bounces_is_the_last(self, mailed, asked):
        sampling, box = mailed
        survey = sampling.survey
        campaign, _, _ = await asked("reminder")
        survey.clock.advance(timedelta(days=3))
        await survey.send_messages()
        _, (reminder, _) = written(box, "b_reminder")
        assert await taken(survey, postfix(to=reminder)) == "bounced"
        assert await delivery(survey, campaign) == ("sent", "bounced 5.1.1")
        survey.clock.advance(timedelta(days=3))
        await survey.send_messages()
        assert len(written(box, "b_reminder")) == 2

    async def test_it_counts_as_undeliverable(self, mailed, asked):
        sampling, _ = mailed
        campaign, path, _ = await asked("rates")
        await taken(sampling.survey, postfix(to=path))
        assert (await sampling.rates(campaign))["total"]["undeliverable"] == 1


class TestSoft:
    async def test_a_delay_is_noted_and_changes_nothing(self, mailed, asked):
        survey = mailed[0].survey
        campaign, path, _ = await asked("delay")
        assert await taken(survey, postfix(to=path, action="delayed", status="4.4.1")) == "delayed"
        assert await delivery(survey, campaign) == ("sent", "delayed 4.4.1")

    async def test_what_was_given_up_after_trying_failed_and_may_be_tried_another_time(self, mailed, asked):
        sampling, box = mailed
        campaign, path, _ = await asked("tried")
        assert await taken(sampling.survey, postfix(to=path, status="4.4.7")) == "failed"
        assert await delivery(sampling.survey, campaign) == ("failed", "failed 4.4.7")
        sampling.survey.clock.advance(timedelta(days=3))
        await sampling.survey.send_messages()
        assert len(written(box, "b_tried")) == 2

    async def test_a_delay_told_late_takes_nothing_back(self, mailed, asked):
        survey = mailed[0].survey
        campaign, path, _ = await asked("late")
        await taken(survey, postfix(to=path))
        assert await taken(survey, postfix(to=path, action="delayed", status="4.4.1")) == "ignored"
        assert await delivery(survey, campaign) == ("bounced", "bounced 5.1.1")


class TestForged:
    async def test_only_the_mail_system_tells(self, mailed, asked):
        survey = mailed[0].survey
        campaign, path, _ = await asked("signed")
        good = postfix(to=path)
        for answer in (
            await pipe(survey, good, secret=b"x" * 40),
            await pipe(survey, good, at=int(time.time()) - 600),
            await pipe(survey, good, headers={}),
            await pipe(survey, good, headers=signed(SECRET, b"another mail", at=int(time.time()))),
        ):
            assert (answer.status_code, answer.json()["type"]) == (403, "urn:gridloop:problem:signature_wrong")
        assert await delivery(survey, campaign) == ("sent", None)

    async def test_who_writes_to_the_address_needs_the_mark(self, mailed, asked):
        """Anybody may send a mail that looks like a report: the pipe signs that one as well."""
        survey = mailed[0].survey
        campaign, path, _ = await asked("marked")
        (row,) = await survey.sql(f"SELECT id FROM message WHERE key IN {KEYS}", campaign)
        guessed = mark(b"a key of one's own".ljust(32), row["id"])
        for forged in (f"bounces+{guessed}@power.example", path.replace("+", "+a"), "bounces@power.example"):
            assert await taken(survey, postfix(to=forged, message_id=f"<{row['id']}@power.example>")) == "ignored"
        assert await delivery(survey, campaign) == ("sent", None)

    async def test_two_marks_are_about_neither(self, mailed, asked):
        survey = mailed[0].survey
        one, path, _ = await asked("one")
        other, _, message_id = await asked("other")
        assert await taken(survey, postfix(to=path, message_id=message_id)) == "ignored"
        assert [(await delivery(survey, each))[0] for each in (one, other)] == ["sent", "sent"]

    async def test_a_message_that_is_no_email_is_not_told_of_here(self, mailed, asked):
        survey = mailed[0].survey
        campaign, path, _ = await asked("channel")
        await survey.sql(f"UPDATE message SET channel = 'gateway' WHERE key IN {KEYS}", campaign)
        assert await taken(survey, postfix(to=path)) == "ignored"


class TestOthers:
    async def test_what_is_no_report_is_taken_and_changes_nothing(self, mailed, asked):
        survey = mailed[0].survey
        campaign, path, _ = await asked("note")
        note = f"To: {path}\r\nSubject: Out of office\r\n\r\nBack on Monday.\r\n".encode()
        for raw in (note, b"", b"\x00" * 500, json.dumps({"items": []}).encode()):
            assert await taken(survey, raw) == "ignored"
        assert await delivery(survey, campaign) == ("sent", None)

    async def test_of_one_that_nobody_understands_the_operator_is_told(self, mailed, asked):
        survey = mailed[0].survey
        campaign, path, _ = await asked("riddle")
        assert await taken(survey, written_out(RIDDLE, to=path)) == "not_understood"
        async with survey.client() as monitor:
            assert "gridloop_delivery_reports_not_understood_total 1.0" in (await monitor.get("/metrics")).text
        assert await taken(survey, written_out(RIDDLE, to="somebody@power.example")) == "ignored"
        assert await delivery(survey, campaign) == ("sent", None)

    async def test_ten_megabytes_are_refused_before_they_are_read(self, mailed, asked):
        survey = mailed[0].survey
        campaign, path, _ = await asked("large")
        begin = time.monotonic()
        answer = await pipe(survey, postfix(to=path) + b"x" * 10 * 1024**2)
        assert (answer.status_code, time.monotonic() - begin < 2) == (413, True)
        assert await delivery(survey, campaign) == ("sent", None)

    async def test_as_much_as_is_taken_is_read(self, mailed, asked):
        survey = mailed[0].survey
        _, path, _ = await asked("full")
        raw = postfix(to=path)
        lines = b"an enclosed picture, as some mail systems send it back\r\n" * (LARGEST // 56)
        assert await taken(survey, (raw + lines)[:LARGEST]) == "bounced"
