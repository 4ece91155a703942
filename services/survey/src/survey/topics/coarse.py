"""What is told of topics: numbers in fives, means in steps of what five customers can move them by.

Two groupings of periods or units that differ by a few customers would tell of those few otherwise.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from survey.published.disclosure import SMALLEST_SHOWN

SCALE = (1.0, 5.0)


def fives(n: int) -> int:
    """``n`` in whole steps of five."""
    return n // SMALLEST_SHOWN * SMALLEST_SHOWN


def stepped(mean: float, n: int) -> float | None:
    """A mean of ``n`` scores on 1..5 in steps of what five can move it by, of ``n`` in fives; None under five."""
    if n < SMALLEST_SHOWN:
        return None
    least, most = SCALE
    step = SMALLEST_SHOWN * (most - least) / fives(n)
    return min(most, least + round((mean - least) / step) * step)


def coarse(topics: Iterable[Mapping[str, Any]], texts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Topics as they may be told of; ``texts``: all texts by language."""
    return [
        {
            **one,
            "n": fives(one["n"]),
            "share": fives(one["n"]) / fives(texts[one["language"]]),
            "months": [[month, fives(n) if n else None] for month, n in one["months"]],
        }
        for one in topics
    ]
