"""Reports that say in words what became of a mail."""

import time
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.messages.delivery_report import DeliveryReport
from kit.messages.plain_report import Unclear, read
from kit.messages.return_path import address, mark, marked
from tests.kit.messages.plain_reports import COREMAIL, EXIM, EXIM_WARNING, QMAIL, RIDDLE, written
from tests.kit.messages.reports import postfix

KEY = b"k" * 32
MESSAGE = UUID("0192f3a0-0000-7000-8000-000000000001")
PATH = address("bounces@power.example", mark(KEY, MESSAGE))
UNKNOWN = (
    "host mail.example.com [192.0.2.7]\n    SMTP error from remote mail server after RCPT TO: 550 5.1.1 User unknown"
)


class TestRead:
    @pytest.mark.parametrize(
        ("raw", "state", "status"),
        [
            (written(EXIM, to=PATH, reason=UNKNOWN), "bounced", "5.1.1"),
            (written(EXIM, to=PATH, reason="Unrouteable address"), "bounced", ""),
            (written(EXIM, to=PATH, reason="retry timeout exceeded"), "failed", ""),
            (written(EXIM, to=PATH, reason="421 4.7.0 Try again later"), "failed", "4.7.0"),
            (written(EXIM_WARNING, to=PATH), "delayed", ""),
            (written(QMAIL, to=PATH, reason="Sorry, no mailbox here by that name. (#5.1.1)"), "bounced", "5.1.1"),
            (written(QMAIL, to=PATH, reason="I'm not going to try again; this message has been in the queue too long."),
             "failed", ""),
            (written(COREMAIL, to=PATH, charset="gbk"), "bounced", ""),
        ],
        ids=["exim", "exim-route", "exim-tried", "exim-later", "exim-warning", "qmail", "qmail-tried", "coremail"],
    )  # fmt: skip
    def test_what_became_of_which_mail(self, raw, state, status):
        found = read(raw)
        assert isinstance(found, DeliveryReport)
        assert (found.state, found.status) == (state, status)
        assert marked(KEY, found.about) == {MESSAGE}

    def test_the_standards_own_are_read_as_ever(self):
        found = read(postfix(to=PATH, status="4.4.7"))
        assert isinstance(found, DeliveryReport)
        assert (found.state, found.status) == ("failed", "4.4.7")

    def test_one_in_words_unknown_here_is_said_to_be_so(self):
        found = read(written(RIDDLE, to=PATH))
        assert isinstance(found, Unclear)
        assert marked(KEY, found.about) == {MESSAGE}


class TestOthers:
    def test_what_a_person_writes_is_none_whatever_it_quotes(self):
        words = b"From: wang@example.com\nTo: x@power.example\nSubject: Re: Undeliverable\n\n> 550 5.1.1 User unknown\n"
        assert read(words) is None

    @pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
    def test_a_report_of_arrival_is_none(self, action):
        assert read(postfix(to=PATH, action=action, status="2.0.0")) is None

    def test_what_the_returned_mail_says_is_not_taken_for_the_report(self):
        """The copy below the line speaks of an error, the report says it is only late."""
        raw = written(EXIM_WARNING, to=PATH) + b"550 5.1.1 User unknown, permanent error\r\n"
        found = read(raw)
        assert isinstance(found, DeliveryReport)
        assert (found.state, found.status) == ("delayed", "")

    @pytest.mark.parametrize("filling", [b"<", b"<style ", b"warning: message ", b"5.1.1.", b"-- Below ", b"550 "])
    def test_a_megabyte_of_anything_costs_little(self, filling):
        raw = written(RIDDLE, to=PATH) + filling * (1024**2 // len(filling) - 200)
        begin = time.process_time()
        read(raw)
        read(raw.replace(b"Subject:", b"Content-Type: text/html\r\nSubject:"))
        assert time.process_time() - begin < 3

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_whatever_comes_nothing_breaks(self, data):
        forms = [written(EXIM, reason=UNKNOWN), written(QMAIL), written(COREMAIL, charset="gbk"), written(RIDDLE)]
        raw = bytearray(data.draw(st.sampled_from(forms)))
        for _ in range(data.draw(st.integers(1, 30))):
            place = data.draw(st.integers(0, len(raw) - 1))
            raw[place : place + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=6))
        found = read(bytes(raw))
        assert found is None or isinstance(found, DeliveryReport | Unclear)
