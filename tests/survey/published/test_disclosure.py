from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.published.disclosure import Place, Sums, containing, withheld


def place(unit="/", member="", driver=""):
    return Place(unit, "sub_process" if member else "", member, "score", driver, None)


def sums(n, each=3.0):
    return Sums(n, n * each, n * each * each, 0, 0)


def hidden(sizes, whole):
    """The members withheld, by their sizes, beside a cell that contains them all."""
    asked = {place(member=str(at)): sums(n) for at, n in enumerate(sizes)}
    found = withheld(asked, {place(): sums(whole)})
    return [place(member=str(at)) in found for at in range(len(sizes))]


@pytest.mark.parametrize(
    ("sizes", "whole", "expected"),
    [
        ([], 5, []),
        ([5], 5, [False]),
        ([5], 9, [True]),
        ([5], 10, [False]),
        ([20, 9], 32, [False, True]),
        ([20, 9, 7], 38, [False, False, True]),
        ([20, 9], 34, [False, False]),
        ([7, 7], 12, [True, False]),
    ],
)
def test_what_a_cell_that_contains_them_would_tell(sizes, whole, expected):
    assert hidden(sizes, whole) == expected


def test_equal_numbers_of_other_people_are_no_equal_cells():
    assert withheld({place(member="a"): sums(6, 3.0)}, {place(): sums(6, 4.0)}) == {place(member="a")}


def test_a_cell_stands_in_units_above_and_in_the_whole_of_its_topic():
    found = containing(place("/city/east/", "RB-09"))
    assert place("/city/", "RB-09") in found
    assert place("/city/east/") in found
    assert place("/") in found
    assert place("/city/east/", "RB-09") not in found


def test_follow_ups_stand_in_nothing_but_themselves():
    follow_up = Place("/city/", "trigger", "case_closed", "score", "", None)
    assert containing(follow_up) == [follow_up._replace(unit="/")]


@given(st.lists(st.integers(5, 30), max_size=7), st.integers(0, 9))
def test_no_choice_of_shown_cells_leaves_one_to_four_of_the_whole(sizes, others):
    flags = hidden(sizes, sum(sizes) + others)
    shown = [size for size, flag in zip(sizes, flags, strict=True) if not flag]
    whole = sum(sizes) + others
    pairs = [whole - size for size in shown]
    assert not any(0 < rest < 5 for rest in [*pairs, whole - sum(shown)] if shown)
    for some in combinations(shown, 2):
        assert whole - sum(some) >= whole - sum(shown)
