"""Cronbach's alpha: how far the items of a scale say the same (Cronbach 1951)."""

from collections.abc import Sequence
from statistics import variance

FORMULA = "k / (k - 1) (1 - sum of item variances / variance of the sum)"


def alpha(item_variances: Sequence[float], variance_of_sum: float) -> float | None:
    """From the variances of k items and of their sum over the same respondents; None without variance or with one item.

    It is at most 1 and may be negative.
    """
    k = len(item_variances)
    if k < 2 or variance_of_sum <= 0:  # noqa: PLR2004 - one item has nothing to agree with
        return None
    return k / (k - 1) * (1 - sum(item_variances) / variance_of_sum)


def alpha_of(answers: Sequence[Sequence[float]]) -> float | None:
    """Of respondents' answers, each with one value per item; None under two respondents."""
    if len(answers) < 2:  # noqa: PLR2004 - a variance needs two
        return None
    return alpha([variance(item) for item in zip(*answers, strict=True)], variance([sum(row) for row in answers]))
