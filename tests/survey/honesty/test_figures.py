"""How many answers of a month are doubtful, and what of it may be shown."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.honesty.figures import Counts, jump, shown


def counts(**more: Any) -> Counts:
    known: dict[str, Any] = {"answers": 100, "flagged": 10, "scored": 100, "reasons": {"one_device": 10}}
    return Counts(**(known | more))


class TestJump:
    def test_against_the_textbook(self) -> None:
        """20 of 80 against 18 of 20; pooled .38: z = .65 / sqrt(.38 * .62 * (1/80 + 1/20)) = 5.3565."""
        found = jump(counts(tops=38, last_scored=20, last_tops=18))
        assert found is not None
        assert (found.before, found.last, found.flagged) == (0.25, 0.9, True)
        assert math.isclose(found.z, 5.3565, abs_tol=0.06)

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
    def test_counts_stand_in_steps_of_five(self) -> None:
        found = shown(counts(answers=104, flagged=12, reasons={"one_device": 12}))
        assert (found["answers"], found["flagged"], found["reasons"]) == (100, 10, {"one_device": 10})
        assert found["reason"] is None

    @pytest.mark.parametrize(("answers", "flagged"), [(100, 3), (100, 97), (4, 0)])
    def test_one_to_four_are_withheld_and_so_is_what_would_tell_them(self, answers: int, flagged: int) -> None:
        found = shown(counts(answers=answers, flagged=flagged))
        assert (found["flagged"], found["reasons"], found["jump"]) == (None, None, None)
        assert "fewer than 5" in found["reason"]

    @pytest.mark.parametrize("reasons", [{"one_device": 9, "staff_number": 1}, {"one_device": 9, "staff_number": 6}])
    def test_a_small_reason_hides_the_others_and_so_does_what_one_leaves(self, reasons: dict[str, int]) -> None:
        found = shown(counts(flagged=10, reasons=reasons))
        assert (found["flagged"], found["reasons"]) == (10, None)
        assert "fewer than 5" in found["reason"]

    @given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
    def test_nothing_is_shown_of_one_to_four(self, answers: int, flagged: int, reason: int) -> None:
        flagged = min(flagged, answers)
        reasons = {"one_device": min(reason, flagged), "one_number": flagged}
        found = shown(Counts(answers, flagged, reasons, scored=answers, tops=answers, last_scored=flagged))
        if found["flagged"] is not None:
            assert all(n == 0 or n >= 5 for n in (flagged, answers - flagged, answers))
        for n in (found["reasons"] or {}).values():
            assert n % 5 == 0
        if found["reasons"] is not None:
            assert all(n == 0 or n >= 5 for one in reasons.values() for n in (one, flagged - one))
