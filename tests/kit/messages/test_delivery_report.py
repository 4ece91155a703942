"""What delivery reports say, whoever wrote them, and that nothing else is taken for one."""

import time
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.messages.delivery_report import MOST_PARTS, read
from kit.messages.return_path import address, mark, marked
from tests.kit.messages.reports import WORDS, postfix, worded

KEY, OTHER = b"k" * 32, b"o" * 32
MESSAGE = UUID("0192f3a0-0000-7000-8000-000000000001")


class TestMark:
    def test_it_is_read_again_wherever_it_stands_and_in_capitals(self):
        text = f"X-Postfix-Sender: rfc822; {address('bounces@power.example', mark(KEY, MESSAGE)).upper()}"
        assert marked(KEY, text) == {MESSAGE}
        assert marked(KEY, f"<{mark(KEY, MESSAGE)}@power.example>") == {MESSAGE}

    def test_the_local_part_is_one_that_mail_systems_take(self):
        local = address("survey-bounces@power.example", mark(KEY, MESSAGE)).partition("@")[0]
        assert len(local) <= 64

    def test_nobody_else_writes_it(self):
        good = mark(KEY, MESSAGE)
        swapped = mark(KEY, UUID(int=MESSAGE.int + 1))[:26] + good[26:]
        for forged in (mark(OTHER, MESSAGE), good[:-3] + "aaa", swapped, good + "a", good[1:], "a" * 42):
            assert marked(KEY, forged) == set()

    @given(st.text(alphabet="abcdefgh234567=+@<> \n", max_size=300))
    def test_any_text_is_looked_through(self, text):
        assert marked(KEY, text) == set()


class TestRead:
    def test_a_mailbox_that_does_not_exist(self):
        found = read(postfix(message_id=f"<{mark(KEY, MESSAGE)}@power.example>"))
        assert found is not None
        assert (found.state, found.status, found.detail) == ("bounced", "5.1.1", "bounced 5.1.1")
        assert marked(KEY, found.about) == {MESSAGE}

    @pytest.mark.parametrize(
        ("action", "status", "state"),
        [
            ("failed", "5.1.1", "bounced"),
            ("FAILED (bad destination mailbox)", "5.0.0 (undefined status)", "bounced"),
            ("failed", "", "bounced"),
            ("failed", "4.4.7", "failed"),
            ("delayed", "4.4.1", "delayed"),
        ],
    )
    def test_hard_and_soft(self, action, status, state):
        found = read(postfix(action=action, status=status))
        assert found is not None
        assert found.state == state

    @pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "unheard-of", ""])
    def test_what_arrived_or_says_nothing_is_no_bounce(self, action):
        assert read(postfix(action=action, status="2.0.0")) is None

    @pytest.mark.parametrize("charset", WORDS)
    def test_in_whatever_language_and_charset(self, charset):
        found = read(worded(charset, message_id=f"<{mark(KEY, MESSAGE)}@power.example>"))
        assert found is not None
        assert (found.state, found.status) == ("bounced", "5.1.1")
        assert marked(KEY, found.about) == {MESSAGE}

    def test_an_international_one(self):
        """RFC 6533: its fields are UTF-8, and so may be the address."""
        raw = worded("utf-8", kind="global-delivery-status", returned="message/global-headers",
                     recipient="utf-8;王@例子.example", to=f"b+{mark(KEY, MESSAGE)}@power.example")  # fmt: skip
        found = read(raw)
        assert found is not None
        assert (found.state, found.status) == ("bounced", "5.1.1")
        assert marked(KEY, found.about) == {MESSAGE}

    def test_where_one_of_several_was_reached_the_customer_was(self):
        more = b"Status: 5.1.1\r\n\r\nFinal-Recipient: rfc822; li@example.com\r\nAction: delivered\r\nStatus: 2.1.5\r\n"
        assert read(postfix().replace(b"Status: 5.1.1\r\n", more)) is None

    def test_line_ends_of_a_pipe(self):
        found = read(postfix(newline="\n", message_id=f"<{mark(KEY, MESSAGE)}@power.example>"))
        assert found is not None
        assert (found.state, marked(KEY, found.about)) == ("bounced", {MESSAGE})


class TestOthers:
    def test_an_absence_note_is_none(self):
        assert (
            read(b"To: survey@power.example\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nBack soon.")
            is None
        )

    def test_a_report_that_the_customers_mail_encloses_speaks_of_another(self):
        quoted = b'Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: message/rfc822\n\n' + postfix()
        assert read(quoted + b"\n--x--\n") is None

    @pytest.mark.parametrize("end", [0, 1, 50, 400, 900, 1400, 1700, 2000])
    def test_one_that_was_cut_off(self, end):
        found = read(postfix()[:end])
        assert found is None or found.state == "bounced"

    @pytest.mark.parametrize(
        "raw", [b"", b"\x00" * 1000, b"\xff\xfe", b"\r\n\r\n", b":" * 70, b"Content-Type:\r\n" * 40]
    )
    def test_what_is_no_mail(self, raw):
        assert read(raw) is None

    def test_one_that_is_nested_without_end_costs_nothing(self):
        level = b'Content-Type: multipart/report; boundary="b%d"\n\n--b%d\n'
        raw = b"".join(level % (n, n) for n in range(900)) + b"\n" * 200_000
        begin = time.process_time()
        assert read(raw) is None
        assert time.process_time() - begin < 0.5

    def test_many_recipients_cost_nothing(self):
        raw = postfix().replace(b"Status: 5.1.1\r\n", b"Status: 5.1.1\r\n\r\nFinal-Recipient: rfc822; a@b\r\n" * 20_000)
        begin = time.process_time()
        found = read(raw[: 1024**2])
        assert time.process_time() - begin < 3
        assert found is None or found.state == "bounced"

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_whatever_comes_nothing_breaks(self, data):
        raw = bytearray(data.draw(st.sampled_from([postfix(), worded("gb18030"), worded("utf-16")])))
        for _ in range(data.draw(st.integers(1, 30))):
            place = data.draw(st.integers(0, len(raw) - 1))
            raw[place : place + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=6))
        found = read(bytes(raw))
        assert found is None or found.state in {"bounced", "failed", "delayed"}

    def test_real_ones_stay_below_the_bound(self):
        assert postfix().count(b"multipart/") + postfix().count(b"message/") < MOST_PARTS
