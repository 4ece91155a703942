from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.insights.figures import Figure, Moments, mean_score
from survey.priorities.ranking import ORDER, Importance, Standing, importance, ranked


def figure(value, n=40):
    return Figure(value, None, None, n if value is not None else 0, "")


def standing(code, category=None, weight=None, met=None):
    source = None if weight is None else "stated"
    return Standing(code, category, Importance(weight, source, 40, None), figure(met))


standings = st.builds(
    standing,
    st.text("abcdef", min_size=1, max_size=4),
    st.sampled_from(ORDER),
    st.none() | st.floats(0, 1),
    st.none() | st.floats(1, 5),
)


class TestImportance:
    def test_what_was_stated_comes_first(self):
        found = importance(mean_score(Moments(40, 160, 660)), figure(0.9), figure(-0.8))
        assert (found.value, found.source, found.n) == (0.75, "stated", 40)

    def test_else_the_larger_kano_coefficient_stands_in_and_says_so(self):
        found = importance(figure(None), figure(0.3), figure(-0.8))
        assert (found.value, found.source) == (0.8, "kano")
        assert "no importance was stated" in found.formula

    def test_unknown_is_said(self):
        found = importance(figure(None), figure(None), figure(None))
        assert (found.value, found.source) == (None, None)
        assert found.reason


class TestOpportunity:
    @pytest.mark.parametrize(("weight", "met", "opportunity"), [(1, 1, 1), (1, 5, 0), (0, 1, 0), (0.5, 3, 0.25)])
    def test_what_matters_and_is_badly_met(self, weight, met, opportunity):
        assert standing("a", weight=weight, met=met).opportunity == opportunity

    @pytest.mark.parametrize(("weight", "met"), [(None, 3), (0.5, None)])
    def test_unknown_is_not_zero(self, weight, met):
        assert standing("a", weight=weight, met=met).opportunity is None


class TestOrder:
    def test_by_category_then_opportunity_then_code(self):
        given_ = [
            standing("even_b", "must_be", 0.5, 3),
            standing("reverse", "reverse", 1, 1),
            standing("wished", "attractive", 1, 1),
            standing("even_a", "must_be", 0.5, 3),
            standing("not_asked", None, 1, 1),
            standing("unmet", "must_be", 1, 2),
            standing("unknown", "must_be"),
            standing("wanted", "one_dimensional", 0.1, 4),
            standing("same_to_me", "indifferent", 1, 1),
        ]
        assert [one.code for one in ranked(given_)] == [
            "unmet",
            "even_a",
            "even_b",
            "unknown",
            "wanted",
            "wished",
            "not_asked",
            "same_to_me",
            "reverse",
        ]

    @given(st.lists(standings, unique_by=lambda one: one.code), st.randoms())
    def test_the_order_given_does_not_matter(self, given_, rng):
        shuffled = list(given_)
        rng.shuffle(shuffled)
        assert ranked(given_) == ranked(shuffled)

    @given(st.lists(standings, unique_by=lambda one: one.code))
    def test_within_a_category_more_opportunity_comes_first(self, given_):
        order = ranked(given_)
        for earlier, later in pairwise(order):
            if earlier.category == later.category and earlier.opportunity is not None and later.opportunity is not None:
                assert earlier.opportunity >= later.opportunity
