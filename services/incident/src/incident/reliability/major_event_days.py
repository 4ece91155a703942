"""Major event days: the 2.5 beta method of IEEE Std 1366-2022, clause 5.

An interruption counts whole on the local day on which it began. Days without any are left out, logarithms are
natural, beta is the sample standard deviation (ddof 1). The limit of a year comes from up to five years before it
and stays the same for the whole year; a day is major when it is strictly above.
"""

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

YEARS = 5
FEWEST_DAYS = 36
BETAS = 2.5


@dataclass(frozen=True, slots=True)
class Limit:
    """``minutes``: T_MED, None with ``reason`` where history is too short; ``days``: non-zero days used."""

    minutes: float | None
    days: int
    alpha: float | None = None
    beta: float | None = None
    reason: str | None = None


def limit(daily_saidi: Iterable[float]) -> Limit:
    """T_MED from the daily SAIDI of the years before."""
    logs = [math.log(minutes) for minutes in daily_saidi if minutes > 0]
    if len(logs) < FEWEST_DAYS:
        reason = f"Only {len(logs)} days with interruptions before; {FEWEST_DAYS} are needed."
        return Limit(None, len(logs), reason=reason)
    alpha, beta = statistics.fmean(logs), statistics.stdev(logs)
    return Limit(math.exp(alpha + BETAS * beta), len(logs), alpha, beta)


def major_days(daily_saidi: Mapping[date, float], above: Limit) -> list[date]:
    """The days strictly above the limit, in order; none where there is no limit."""
    if above.minutes is None:
        return []
    return sorted(day for day, minutes in daily_saidi.items() if minutes > above.minutes)
