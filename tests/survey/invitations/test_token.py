from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.invitations.token import InvitationExpired, InvitationNotGenuine, Token, link, read, sign

KEY = b"k" * 32
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TOKEN = Token(UUID("0192f3a0-0000-7000-8000-000000000001"), NOW)
TEXT = sign(KEY, TOKEN)


class TestToken:
    def test_what_was_signed_is_read_again(self):
        assert read(KEY, TEXT) == TOKEN
        assert len(TEXT) == 54

    def test_it_expires_on_the_second(self):
        TOKEN.require_valid(NOW - timedelta(seconds=1))
        with pytest.raises(InvitationExpired, match="2026-03-02 09:30 UTC"):
            TOKEN.require_valid(NOW)

    def test_another_key_reads_nothing(self):
        with pytest.raises(InvitationNotGenuine):
            read(b"x" * 32, TEXT)

    @pytest.mark.parametrize("length", range(54))
    def test_cut_anywhere(self, length):
        with pytest.raises(InvitationNotGenuine):
            read(KEY, TEXT[:length])

    @pytest.mark.parametrize("place", range(54))
    def test_altered_anywhere(self, place):
        other = "A" if TEXT[place] != "A" else "B"
        with pytest.raises(InvitationNotGenuine):
            read(KEY, TEXT[:place] + other + TEXT[place + 1 :])

    @given(st.text())
    def test_no_text_passes_or_breaks(self, text):
        with pytest.raises(InvitationNotGenuine):
            read(KEY, text)

    @pytest.mark.parametrize("text", [TEXT + "=", TEXT + "\n", " " + TEXT, TEXT + "AAAA"])
    def test_nothing_may_be_added(self, text):
        with pytest.raises(InvitationNotGenuine):
            read(KEY, text)


def test_the_other_letters_of_base64_are_no_token():
    tokens = (sign(KEY, Token(UUID(int=number), NOW)) for number in range(1000))
    dashed = next(text for text in tokens if "-" in text and "_" in text)
    assert read(KEY, dashed).expires_at == NOW
    for text in (dashed.replace("-", "+"), dashed.replace("_", "/")):
        with pytest.raises(InvitationNotGenuine):
            read(KEY, text)


def test_the_token_stands_in_the_fragment():
    assert link("https://power.example/", TEXT) == f"https://power.example/s/#{TEXT}"
