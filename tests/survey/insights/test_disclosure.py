import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.insights.disclosure import withheld


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ([], []),
        ([4], [True]),
        ([5], [False]),
        ([0, 5], [False, False]),
        ([20, 3, 9], [False, True, True]),
        ([20, 3, 4], [False, True, True]),
        ([3, 2], [True, True]),
    ],
)
def test_small_cells_and_what_would_tell_them(sizes, hidden):
    assert withheld(sizes) == hidden


@given(st.lists(st.integers(0, 30), max_size=12))
def test_the_parent_less_the_shown_never_leaves_one_to_four(sizes):
    hidden = withheld(sizes)
    rest = sum(sizes) - sum(size for size, is_hidden in zip(sizes, hidden, strict=True) if not is_hidden)
    shown = [size for size, is_hidden in zip(sizes, hidden, strict=True) if not is_hidden and size]
    assert not 0 < rest < 5 or not shown
    assert all(size >= 5 for size in shown)
