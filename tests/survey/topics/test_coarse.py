"""Figures of topics tell of nobody in particular."""

from hypothesis import given
from hypothesis import strategies as st

from survey.topics.coarse import coarse, fives, stepped


@given(st.integers(0, 10**6))
def test_numbers_stand_in_fives(n):
    assert fives(n) % 5 == 0
    assert 0 <= n - fives(n) < 5


@given(st.lists(st.integers(1, 5), min_size=5, max_size=300))
def test_a_mean_stands_in_steps_of_what_five_can_move_it_by(scores):
    n, mean = len(scores), sum(scores) / len(scores)
    told = stepped(mean, n)
    assert 1 <= told <= 5
    assert abs(told - mean) <= 10 / fives(n) + 1e-9
    steps = (told - 1) / (20 / fives(n))
    assert told == 5 or abs(steps - round(steps)) < 1e-6


def test_of_fewer_than_five_there_is_none():
    assert stepped(3.0, 4) is None


def test_shares_are_of_fives_too():
    topic = {"language": "en", "n": 13, "share": 13 / 42, "months": [["2026-03-01", 8], ["2026-04-01", None]]}
    (told,) = coarse([topic], {"en": 42})
    assert (told["n"], told["share"]) == (10, 10 / 40)
    assert told["months"] == [["2026-03-01", 5], ["2026-04-01", None]]
