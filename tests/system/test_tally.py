"""How ``gridloop test`` counts what its runs of pytest report."""

from gridloop.testing.command import Tally

GREEN = "....\n===== 4 passed, 2 skipped in 1.20s =====\n"
RED = "..F.E\n===== 1 failed, 3 passed, 1 error in 1.20s =====\n"
LACKING = "SKIPPED [1] tests/web/test_page.py:8: this machine has no browser\n" + GREEN


def tally_of(output: str, code: int, *, strict: bool = False) -> Tally:
    tally = Tally()
    tally.add("tests", output, code, strict=strict)
    return tally


class TestTally:
    def test_it_takes_over_pytests_figures(self) -> None:
        tally = tally_of(GREEN, 0)
        assert (tally.passed, tally.failed, tally.skipped) == (4, 0, 2)

    def test_errors_are_failures(self) -> None:
        tally = tally_of(RED, 1)
        assert (tally.passed, tally.failed) == (3, 2)
        assert not tally.tests_passed

    def test_a_crash_without_figures_is_a_failure(self) -> None:
        assert tally_of("INTERNALERROR> boom\n", 3).failed == 1

    def test_a_selection_without_tests_is_none(self) -> None:
        assert tally_of("===== 10 deselected in 0.10s =====\n", 5).failed == 0

    def test_what_the_machine_lacks_fails_only_when_strict(self) -> None:
        assert tally_of(LACKING, 0).failed == 0
        assert tally_of(LACKING, 0, strict=True).failures == ["this machine has no browser"]
