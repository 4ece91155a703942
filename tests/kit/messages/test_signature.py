import pytest

from kit.messages.signature import SignatureWrong, secrets_in, signed, verify

SECRET = b"a secret of the message gateway, long enough"


def test_what_was_signed_is_verified_under_any_of_the_secrets(tmp_path):
    (tmp_path / "secrets").write_text(f"{'n' * 32}\n{SECRET.decode()}\n\n")
    headers = signed(SECRET, b"{}", at=1000)
    stamp, signature = headers["Gridloop-Timestamp"], headers["Gridloop-Signature"]
    verify(secrets_in(tmp_path / "secrets"), b"{}", timestamp=stamp, signature=signature, now=1299)


@pytest.mark.parametrize(
    "change",
    [
        {"body": b"{ }"},
        {"now": 1301},
        {"now": 699},
        {"signature": "v1="},
        {"signature": ""},
        {"signature": "é"},
        {"timestamp": "1001"},
        {"timestamp": ""},
        {"timestamp": "-1000"},
        {"timestamp": "１０００"},
        {"timestamp": "1" * 5000},
        {"secrets": [b"x" * 32]},
        {"secrets": []},
    ],
)
def test_anything_else_is_refused(change):
    headers = signed(SECRET, b"{}", at=1000)
    known = {"timestamp": headers["Gridloop-Timestamp"], "signature": headers["Gridloop-Signature"]}
    given = {"secrets": [SECRET], "body": b"{}", "now": 1000} | known | change
    with pytest.raises(SignatureWrong):
        verify(given.pop("secrets"), given.pop("body"), **given)


@pytest.mark.parametrize("text", ["", "\n", "short", f"{'x' * 32}\nshort"])
def test_a_secret_is_long_enough_to_protect(tmp_path, text):
    (tmp_path / "secrets").write_text(text)
    with pytest.raises(ValueError, match="32"):
        secrets_in(tmp_path / "secrets")
