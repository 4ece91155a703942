import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.insights.needs import additions, counts
from survey.priorities.categories import classed
from survey.published.disclosure import Sums
from survey.questionnaires.kano import CATEGORIES
from survey.questionnaires.scoring import NeedAnswer

LETTERS = dict(zip("MOAIRQ", CATEGORIES, strict=True))


def of(**numbers):
    """``of(A=3, M=2)``: customers by the first letter of the category."""
    return {name: numbers.get(letter, 0) for letter, name in LETTERS.items()}


some_counts = st.fixed_dictionaries({name: st.integers(0, 200) for name in CATEGORIES})


class TestCoefficients:
    def test_the_formulas(self):
        found = classed(of(A=20, O=30, M=40, I=10, R=5, Q=3))
        assert found.better.value == pytest.approx((20 + 30) / 100)
        assert found.worse.value == pytest.approx(-(30 + 40) / 100)
        assert (found.n, found.better.n) == (108, 100)

    def test_their_intervals_are_wilsons(self):
        found = classed(of(A=81, I=182))
        assert (found.better.low, found.better.high) == (
            pytest.approx(0.2553, abs=1e-4),
            pytest.approx(0.3662, abs=1e-4),
        )
        mirrored = classed(of(M=81, I=182)).worse
        assert (mirrored.low, mirrored.high) == (pytest.approx(-0.3662, abs=1e-4), pytest.approx(-0.2553, abs=1e-4))

    @pytest.mark.parametrize("numbers", [of(), of(R=4, Q=9)])
    def test_undefined_is_said_and_never_zero(self, numbers):
        found = classed(numbers)
        assert found.better.value is None
        assert found.worse.value is None
        assert found.better.reason

    @given(some_counts)
    def test_they_stay_on_their_side(self, numbers):
        found = classed(numbers)
        if found.better.value is not None and found.worse.value is not None:
            assert 0 <= found.better.value <= 1
            assert -1 <= found.worse.value <= 0
            assert found.better.low <= found.better.value <= found.better.high
            assert found.worse.low <= found.worse.value <= found.worse.high

    @given(some_counts, st.integers(2, 5))
    def test_more_of_the_same_changes_neither_category_nor_coefficients(self, numbers, times):
        one, many = classed(numbers), classed({name: times * count for name, count in numbers.items()})
        assert (one.category, one.tied) == (many.category, many.tied)
        assert one.better.value == pytest.approx(many.better.value)
        assert one.worse.value == pytest.approx(many.worse.value)


class TestCategory:
    def test_the_most_frequent(self):
        assert classed(of(A=4, O=9, M=3)).category == "one_dimensional"

    @pytest.mark.parametrize(
        ("numbers", "category", "tied"),
        [
            (of(A=5, M=5), "must_be", ("must_be", "attractive")),
            (of(A=5, O=5, I=5), "one_dimensional", ("one_dimensional", "attractive", "indifferent")),
            (of(I=2, R=2), "indifferent", ("indifferent", "reverse")),
        ],
    )
    def test_a_tie_goes_to_the_first_and_is_said(self, numbers, category, tied):
        found = classed(numbers)
        assert (found.category, found.tied) == (category, tied)
        assert any("Equally frequent" in caveat for caveat in found.caveats)

    def test_nobody_asked(self):
        found = classed(of())
        assert (found.category, found.tied, found.clear, found.n) == (None, (), False, 0)

    @pytest.mark.parametrize(
        ("numbers", "clear"),
        [
            (of(M=55, O=45), False),
            (of(M=56, O=44), True),
            (of(M=5, O=4), False),
            (of(M=6), True),
            (of(M=3, A=3), False),
        ],
    )
    def test_clear_by_fongs_criterion(self, numbers, clear):
        assert classed(numbers).clear is clear

    @given(some_counts)
    def test_fongs_criterion_as_it_is_written(self, numbers):
        first, second = sorted(numbers.values(), reverse=True)[:2]
        n = sum(numbers.values())
        limit = 1.65 * math.sqrt((first + second) * (2 * n - first - second) / (2 * n)) if n else math.inf
        assert classed(numbers).clear == (first > second and first - second >= limit)

    def test_small_samples_and_contradictions_are_said(self):
        assert any("29 answers are few" in caveat for caveat in classed(of(M=29)).caveats)
        assert classed(of(M=30)).caveats == ()
        assert any("contradict" in caveat for caveat in classed(of(M=89, Q=11)).caveats)
        assert classed(of(M=90, Q=10)).caveats == ()


class TestSums:
    @given(st.lists(st.sampled_from(CATEGORIES)), st.randoms())
    def test_the_counts_come_back_from_the_grids_sums_whatever_the_order(self, given_, rng):
        answers = [NeedAnswer("n", category) for category in given_]
        rng.shuffle(answers)
        sums = {"kano": Sums(), "kano_split": Sums()}
        for one in additions(answers):
            was = sums[one.measure]
            sums[one.measure] = Sums(
                was.n + 1,
                was.total + one.value,
                was.squares + one.value**2,
                was.favourable + one.favourable,
                was.unfavourable + one.unfavourable,
            )
        assert sums["kano"].n == sums["kano_split"].n == len(given_)
        assert counts(sums["kano"], sums["kano_split"]) == {name: given_.count(name) for name in CATEGORIES}

    def test_scores_and_importance_are_added_as_they_are(self):
        said = [NeedAnswer("a", "performance", 4.5), NeedAnswer("a", "importance", 1.0)]
        assert [tuple(one) for one in additions(said)] == [
            ("need", "a", "", 4.5, 1, 0),
            ("importance", "a", "", 1.0, 0, 1),
        ]
