from datetime import UTC, datetime, timedelta

import pytest

from kit.errors import WrongMove
from responsibility.findings.effect import Effect, verdict
from responsibility.findings.lifecycle import after
from responsibility.findings.pattern import is_pattern

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class TestLifecycle:
    def test_the_whole_way(self):
        state = "opened"
        for move in ("contain", "analyse", "plan", "implement", "verify", "watch", "close"):
            state = after(state, move)
        assert state == "closed"

    def test_is_not_closed_before_the_effect_was_watched(self):
        for state in ("opened", "contained", "analysed", "planned", "implemented", "verified", "reopened"):
            with pytest.raises(WrongMove):
                after(state, "close")

    def test_recurrence_reopens(self):
        assert after("closed", "reopen") == "reopened"
        assert after("effect_watch", "reopen") == "reopened"

    def test_what_was_not_really_done_goes_back_to_the_plan(self):
        assert after("implemented", "refuse") == "planned"


class TestVerdict:
    @pytest.mark.parametrize(
        ("n_after", "low", "high", "said"),
        [
            (20, 0.01, 0.9, "better"),
            (20, 0.0, 0.9, "open"),
            (19, 0.5, 0.9, "open"),
            (20, -0.9, -0.1, "worse"),
            (19, -0.9, -0.1, "open"),
            (200, -0.1, 0.9, "open"),
            (20, None, None, "open"),
        ],
    )
    def test_needs_an_interval_without_zero_and_enough_answers(self, n_after, low, high, said):
        assert verdict(Effect(n_after, low, high), minimum_n=20) == said


class TestPattern:
    def test_counts_the_cases_of_the_last_days(self):
        opened = [NOW - timedelta(days=days) for days in (0, 10, 31)]
        assert is_pattern(opened, NOW, cases=2, days=30)
        assert not is_pattern(opened, NOW, cases=3, days=30)

    def test_the_first_day_of_the_window_is_out(self):
        assert not is_pattern([NOW - timedelta(days=30)], NOW, cases=1, days=30)
