"""How many units were served over a period."""

from collections.abc import Iterable
from datetime import datetime


def mean_served(spans: Iterable[tuple[datetime | None, datetime | None, int]], begin: datetime, end: datetime) -> float:
    """Mean number of units served in ``[begin, end)``, weighted by time.

    ``spans``: (served from, served to, units); None stands for "before records
    began" and "until further notice".
    """
    length = (end - begin).total_seconds()
    if length <= 0:
        raise ValueError(f"The period from {begin} to {end} has no length.")
    total = 0.0
    for start, stop, units in spans:
        first = max(begin, start) if start else begin
        last = min(end, stop) if stop else end
        total += units * max((last - first).total_seconds(), 0.0)
    return total / length
