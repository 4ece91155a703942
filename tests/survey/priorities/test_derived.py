import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.priorities.derived import derived, pairs
from survey.questionnaires.definition import Definition
from tests.survey.asking import content

PAIRS = frozenset(
    {("reliability", "steady"), ("information", "told"), ("convenience", "easy"), ("convenience", "online")}
)


class TestPairs:
    def test_items_and_rows_that_name_both(self):
        found = pairs([Definition.model_validate(content("yearly"))])
        assert ("reliability", "safe_steady_supply") in found
        assert ("convenience", "easy_business") in found
        assert {need for _, need in found}.isdisjoint({"clear_bills", "green_power"})


class TestShares:
    def test_relative_to_the_largest_a_driver_split_evenly(self):
        found = derived({"reliability": 0.5, "information": 0.25, "convenience": 0.2, "price": 0.05}, PAIRS)
        assert found == pytest.approx({"steady": 1.0, "told": 0.5, "easy": 0.2, "online": 0.2})

    def test_a_need_of_several_drivers_has_their_sum(self):
        found = derived({"a": 0.3, "b": 0.1, "c": 0.2}, frozenset({("a", "x"), ("b", "x"), ("c", "y")}))
        assert found == pytest.approx({"x": 1.0, "y": 0.5})

    @pytest.mark.parametrize("shares", [{}, {"reliability": 0.0}, {"price": 1.0}])
    def test_where_nothing_is_explained_nothing_is_said(self, shares):
        assert derived(shares, PAIRS) == {}

    @given(
        st.dictionaries(st.sampled_from(["reliability", "information", "convenience"]), st.floats(0.01, 1), min_size=1)
    )
    def test_the_scale_of_the_shares_does_not_matter(self, shares):
        one, other = derived(shares, PAIRS), derived({name: 7 * share for name, share in shares.items()}, PAIRS)
        assert one == pytest.approx(other)
        assert max(one.values()) == pytest.approx(1)
