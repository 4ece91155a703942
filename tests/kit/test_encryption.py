"""Personal data at rest."""

import base64
import json
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.encryption import CannotOpen, Keyring

ROW = uuid4()


def ring(current: str = "k1") -> Keyring:
    return Keyring(current, {"k1": b"1" * 32, "k2": b"2" * 32}, b"3" * 32)


@given(st.text())
def test_what_was_sealed_opens(text: str) -> None:
    assert ring().open(ROW, ring().seal(ROW, text)) == text


def test_a_value_copied_to_another_row_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        ring().open(uuid4(), ring().seal(ROW, "王芳"))


def test_an_altered_value_does_not_open() -> None:
    sealed = bytearray(ring().seal(ROW, "王芳"))
    sealed[-1] ^= 1
    with pytest.raises(CannotOpen):
        ring().open(ROW, bytes(sealed))


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert ring().seal(ROW, "x") != ring().seal(ROW, "x")


def test_an_older_key_still_opens() -> None:
    assert ring("k2").open(ROW, ring("k1").seal(ROW, "x")) == "x"


def test_equal_values_are_found_by_their_hash() -> None:
    assert ring().hash("+8613800000001") == ring().hash("+8613800000001")
    assert ring().hash("+8613800000001") != ring().hash("+8613800000002")


def test_a_persons_data_key_destroyed_leaves_nothing_readable() -> None:
    wrapped = ring().new_data_key(ROW)
    sealed = ring().with_data_key(ROW, wrapped).seal(ROW, "x")
    assert ring().with_data_key(ROW, wrapped).open(ROW, sealed) == "x"
    with pytest.raises(CannotOpen):
        ring().open(ROW, sealed)


def test_a_keyring_without_its_current_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    key = base64.b64encode(b"1" * 32).decode()
    path.write_text(json.dumps({"current": "k2", "keys": {"k1": key}, "lookup": key}))
    with pytest.raises(ValueError, match="current key"):
        Keyring.read(path)


def test_secrets_do_not_show() -> None:
    assert "1111" not in repr(ring())
