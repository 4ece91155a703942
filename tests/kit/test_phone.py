import pytest

from kit.addresses.phone import e164


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13800000001", "+8613800000001"),
        ("+86 138-0000-0001", "+8613800000001"),
        ("0086 13800000001", "+8613800000001"),
        ("(021) 6234 5678", "+862162345678"),
        ("+442071838750", "+442071838750"),
    ],
)
def test_one_form_for_every_way_of_writing(written, number):
    assert e164(written) == number


@pytest.mark.parametrize("written", ["", "12", "call me", "+", "1380000000100000", "\x00"])
def test_what_is_no_number_is_refused_with_a_sentence(written):
    with pytest.raises(ValueError, match=r"telephone number"):
        e164(written)
