import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.frames.allocation import equal, proportional
from survey.frames.allocation import given as as_given

SIZES = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 1000), min_size=1)


class TestProportional:
    @pytest.mark.parametrize(
        ("sizes", "wanted", "parts"),
        [
            # Hamilton's method: quotas 4.17, 3.33, 2.5 of 10 -> 4, 3, 3
            ({"a": 50, "b": 40, "c": 30}, 10, {"a": 4, "b": 3, "c": 3}),
            ({"a": 1, "b": 1, "c": 1}, 2, {"a": 1, "b": 1, "c": 0}),
            ({"a": 3, "b": 0}, 10, {"a": 3, "b": 0}),
            ({"a": 0}, 5, {"a": 0}),
            ({}, 5, {}),
        ],
    )
    def test_by_the_largest_remainder(self, sizes, wanted, parts):
        assert proportional(sizes, wanted) == parts

    @given(SIZES, st.integers(0, 5000))
    def test_within_one_of_the_exact_share_and_never_more_than_there_are(self, sizes, wanted):
        parts, total = proportional(sizes, wanted), sum(sizes.values())
        assert sum(parts.values()) == min(wanted, total)
        for name, size in sizes.items():
            assert 0 <= parts[name] <= size
            if total:
                assert abs(parts[name] - min(wanted, total) * size / total) < 1

    @given(SIZES, st.integers(0, 5000))
    def test_whatever_the_order_of_the_strata(self, sizes, wanted):
        assert proportional(sizes, wanted) == proportional(dict(reversed(sizes.items())), wanted)


class TestEqual:
    def test_a_small_stratum_leaves_its_rest_to_the_others(self):
        assert equal({"a": 2, "b": 100, "c": 100}, 30) == {"a": 2, "b": 14, "c": 14}

    @given(SIZES, st.integers(0, 5000))
    def test_two_that_could_give_more_differ_by_one_at_most(self, sizes, wanted):
        parts = equal(sizes, wanted)
        assert sum(parts.values()) == min(wanted, sum(sizes.values()))
        unspent = [parts[name] for name, size in sizes.items() if parts[name] < size]
        assert all(parts[name] <= size for name, size in sizes.items())
        assert not unspent or max(parts.values()) - min(unspent) <= 1


def test_given_numbers_as_far_as_each_stratum_holds_them():
    assert as_given({"a": 10, "b": 3, "c": 5}, {"a": 4, "b": 9, "x": 1}) == {"a": 4, "b": 3, "c": 0}
