"""The policy of passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accounts.hashing import Hashing
from gateway.accounts.passwords import LONGEST, SHORTEST, fault_of


class TestFaultOf:
    @pytest.mark.parametrize(
        "password",
        ["short", "aaaaaaaaaaaaaaaa", "abababababab", "abcdefghijklmn", "987654321098", "password12345!",
         "Password!!!!!!!!", "woaini1314520!", "qwertyqwerty", "li.mei-is-great", "x" * (LONGEST + 1)],
    )  # fmt: skip
    def test_says_what_is_wrong(self, password: str) -> None:
        assert fault_of(password, "li.mei")

    @pytest.mark.parametrize("password", ["correct horse battery", "抢修队今天去了东区变电站吗好", "mR7-tt2_lamp-sea"])
    def test_asks_for_no_kinds_of_characters(self, password: str) -> None:
        assert fault_of(password, "li.mei") is None

    @given(st.text(max_size=SHORTEST - 1))
    def test_never_accepts_a_short_one(self, password: str) -> None:
        # A compatibility form may become longer: what counts is the normalised text.
        fault = fault_of(password, "x")
        assert fault or len(password) < SHORTEST


class TestHashing:
    async def test_verifies_what_it_hashed(self) -> None:
        hashing = Hashing()
        kept = await hashing.hash("correct horse battery")

        assert kept.startswith("$argon2id$")
        assert await hashing.verify(kept, "correct horse battery")
        assert not await hashing.verify(kept, "correct horse batteri")

    async def test_takes_the_same_keys_for_the_same_password(self) -> None:
        hashing = Hashing()

        assert await hashing.verify(
            await hashing.hash("caf\u00e9 caf\u00e9 caf\u00e9"), "cafe\u0301 " * 2 + "cafe\u0301"
        )

    async def test_verifies_nothing_where_nothing_is_kept(self) -> None:
        assert not await Hashing().verify(None, "nobody has this password")
