"""CES: how easy it was, on 1..7. Vendors differ, so each figure names its formula (measures.md, Satisfaction)."""

from collections.abc import Sequence

from survey.insights.figures import Figure, Moments, mean_score, net, share

SCALE = (1, 7)
MEAN = "mean of 1..7"
TOP_TWO = "100 share 6..7; Wilson interval"
NET = "100 (share 6..7 - share 1..2); normal interval"


def effort(scores: Moments, best: int, worst: int) -> dict[str, Figure]:
    """``best``: answers of 6..7, ``worst``: of 1..2."""
    return {
        "mean": mean_score(scores, scale=SCALE),
        "top_two": share(best, scores.n, TOP_TWO),
        "net": net(best, worst, scores.n, NET),
    }


def effort_of_counts(counts: Sequence[int]) -> dict[str, Figure]:
    """From how many answered 1, 2, ... 7. Raises ValueError for another number of counts."""
    if len(counts) != SCALE[1]:
        raise ValueError(f"CES has seven counts, one for each of 1..7, not {len(counts)}.")
    n = sum(counts)
    total = sum(value * count for value, count in enumerate(counts, 1))
    squares = sum(value * value * count for value, count in enumerate(counts, 1))
    return effort(Moments(n, total, squares), sum(counts[5:]), sum(counts[:2]))
