"""Token requests as RFC 6749 writes them."""

import base64

import pytest

from gateway.tokens.forms import basic_credentials, fields_of


class TestFieldsOf:
    def test_reads_a_form(self) -> None:
        assert fields_of(b"grant_type=client_credentials&scope=a+b") == {
            "grant_type": "client_credentials",
            "scope": "a b",
        }

    @pytest.mark.parametrize("body", [b"a=1&a=2", b"no form", b"\xff=1", b"&".join([b"a=1"] * 21)])
    def test_refuses_what_is_none(self, body: bytes) -> None:
        with pytest.raises(ValueError, match=r".*"):
            fields_of(body)


class TestBasicCredentials:
    def test_reads_percent_encoded_pairs(self) -> None:
        encoded = base64.b64encode(b"client%3A1:s%20cret").decode()

        assert basic_credentials(f"Basic {encoded}") == ("client:1", "s cret")

    @pytest.mark.parametrize("header", [None, "", "Bearer x", "Basic ***", "Basic " + base64.b64encode(b"x").decode()])
    def test_finds_none_elsewhere(self, header: str | None) -> None:
        assert basic_credentials(header) is None
