import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.addresses.email import address


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("wang.fang@example.com", "wang.fang@example.com"),
        (" Wang@EXAMPLE.com ", "Wang@example.com"),
        ("o'neil+survey@mail.example.co.uk", "o'neil+survey@mail.example.co.uk"),
        ("wang@bücher.example", "wang@xn--bcher-kva.example"),
    ],
)
def test_one_form(text, same):
    assert address(text) == same


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wang",
        "@example.com",
        "wang@",
        "wang@localhost",
        "wang@example..com",
        ".wang@example.com",
        "wang.@example.com",
        "wa ng@example.com",
        "wang@example.com, other@example.com",
        "wang@example.com\r\nBcc: all@example.com",
        "wang@exa\nmple.com",
        '"wang"@example.com',
        "王芳@example.com",
        "wang@-example.com",
        "wang@[127.0.0.1]",
        "x" * 65 + "@example.com",
        "wang@" + "x" * 64 + ".com",
        "wang@example.com\x00",
    ],
)
def test_what_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"name@example\.com"):
        address(text)


@given(st.text())
def test_nothing_that_passes_could_leave_its_header(text):
    try:
        found = address(text)
    except ValueError:
        return
    assert found.isascii()
    assert found.isprintable()
    assert not set(" ,;<>") & set(found)
    assert address(found) == found
