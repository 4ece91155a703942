import pytest

from survey.analyses.quadrants import cuts, quadrant


@pytest.mark.parametrize(
    ("line", "expected"), [("grand_mean", (0.25, 3.5)), ("median", (0.2, 3.5)), ("scale_middle", (0.25, 3.0))]
)
def test_cut_lines(line, expected):
    found = cuts([0.5, 0.2, 0.2, 0.1], [2.0, 3.0, 4.0, 5.0], line)
    assert (found.importance, found.performance) == pytest.approx(expected)


def test_four_quadrants():
    at = cuts([0.5, 0.2, 0.2, 0.1], [2.0, 3.0, 4.0, 5.0], "grand_mean")
    assert [quadrant(*one, at) for one in ((0.5, 2.0), (0.5, 4.0), (0.1, 2.0), (0.1, 5.0))] == [
        "concentrate_here",
        "keep_up",
        "low_priority",
        "possible_overkill",
    ]
