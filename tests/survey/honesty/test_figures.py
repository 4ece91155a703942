"""What doubtful answers do to a month's figures, and what of it may be shown."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.honesty.figures import Counts, jump, shown


def counts(**more: float) -> Counts:
    known = {"answers": 100, "flagged": 10, "scored": 100, "total": 400.0, "flagged_scored": 10, "flagged_total": 50.0}
    return Counts(reasons={"one_device": 10}, **(known | more))  # type: ignore[arg-type]


class TestJump:
    def test_against_the_textbook(self) -> None:
        """20 of 80 against 18 of 20; pooled .38: z = .65 / sqrt(.38 * .62 * (1/80 + 1/20)) = 5.3565."""
        found = jump(counts(tops=38, last_scored=20, last_tops=18))
        assert found is not None
        assert (found.before, found.last, found.flagged) == (0.25, 0.9, True)
        assert math.isclose(found.z, 5.3565, abs_tol=1e-3)

    def test_a_fall_or_a_small_rise_is_none(self) -> None:
        for last in (2, 6, 7):
            found = jump(counts(tops=20 + last, last_scored=20, last_tops=last))
            assert found is not None
            assert not found.flagged

    def test_of_few_nothing_is_said(self) -> None:
        assert jump(counts(tops=5, last_scored=4, last_tops=4)) is None
        assert jump(counts(tops=5, last_scored=97, last_tops=4)) is None

    def test_where_all_are_fives_there_is_no_jump(self) -> None:
        found = jump(counts(tops=100, last_scored=20, last_tops=20))
        assert found is not None
        assert (found.z, found.flagged) == (0.0, False)


class TestShown:
    def test_figures_with_and_without(self) -> None:
        found = shown(counts())
        assert (found["flagged"], found["reasons"], found["mean"]) == (10, {"one_device": 10}, 4.0)
        assert found["mean_without"] == pytest.approx(350 / 90)

    @pytest.mark.parametrize(("answers", "flagged"), [(100, 3), (100, 97), (4, 0)])
    def test_one_to_four_are_withheld_and_so_is_what_would_tell_them(self, answers: int, flagged: int) -> None:
        found = shown(counts(answers=answers, flagged=flagged, flagged_scored=flagged))
        assert found["flagged"] is None
        assert found["mean_without"] is None
        assert "fewer than 5" in found["reason"]

    def test_a_small_reason_hides_the_others(self) -> None:
        found = shown(Counts(answers=100, flagged=10, reasons={"one_device": 9, "staff_number": 1}, scored=100))
        assert (found["flagged"], found["reasons"]) == (10, None)

    @given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
    def test_no_mean_of_one_to_four_can_be_computed(self, answers: int, flagged: int, scored: int) -> None:
        flagged, scored = min(flagged, answers), min(scored, answers)
        dubious = min(flagged, scored)
        found = shown(Counts(answers, flagged, {}, scored, 3.0 * scored, dubious, 3.0 * dubious))
        if found["mean"] is not None and found["mean_without"] is not None:
            assert all(n == 0 or n >= 5 for n in (dubious, scored - dubious, scored))
