from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.invitations.code import ALPHABET, LENGTH, code_of, normalised

KEY = b"k" * 32
ID = UUID("0192f3a0-0000-7000-8000-000000000001")


def test_a_code_has_at_least_eighty_bits_in_letters_that_nobody_confuses():
    assert LENGTH * (len(ALPHABET).bit_length() - 1) == 90
    assert len(set(ALPHABET)) == 32
    assert not set("ilou") & set(ALPHABET)


def test_a_published_example_stays():
    assert code_of(KEY, ID) == "s6mfawkkh51z4q8jtk"


@given(st.uuids(), st.uuids(), st.binary(min_size=32, max_size=32))
def test_each_invitation_and_each_key_has_its_own(one, other, key):
    assert normalised(code_of(KEY, one)) == code_of(KEY, one)
    assert (code_of(KEY, one) == code_of(KEY, other)) == (one == other)
    assert (code_of(KEY, one) == code_of(key, one)) == (key == KEY)


def test_each_of_its_bits_is_used():
    codes = [code_of(KEY, UUID(int=number)) for number in range(2000)]
    for place in range(LENGTH):
        assert {code[place] for code in codes} == set(ALPHABET)


def test_it_is_read_as_people_type_it():
    code = code_of(KEY, ID)
    typed = code.upper().replace("0", "O").replace("1", "I")
    assert normalised(typed) == code


@pytest.mark.parametrize(
    "text", ["", "0" * 17, "0" * 19, "u" * 18, "０" * 18, "0" * 17 + "\n", "0" * 17 + "-", "A" * 54]
)
def test_what_has_not_its_form_is_none(text):
    assert normalised(text) is None
