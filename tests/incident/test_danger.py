"""Danger words, in both languages."""

import pytest

from incident.calls.danger import dangers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("门口电线断了，还在打火", ["downed_wire", "fire"]),
        ("家里老人靠呼吸机，停电了", ["life_support"]),
        ("有人触电了！", ["shock"]),
        ("货车撞了，倒杆了", ["downed_wire"]),
        ("A lorry hit it, the POLE DOWN on the road", ["downed_wire"]),
        ("my mother is on a ventilator", ["life_support"]),
    ],
)
def test_names_the_danger(text, expected):
    assert dangers(text) == expected


@pytest.mark.parametrize("text", ["", "停电了，什么时候来电", "No light since ten", "The fireplace works"])
def test_an_ordinary_call_is_no_danger(text):
    assert dangers(text) == []
