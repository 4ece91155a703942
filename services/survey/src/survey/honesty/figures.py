"""How many of a unit's answers of a month are doubtful, and whether they jump before it ends."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SMALLEST_SHOWN = 5
LAST_DAYS = 5
LEAST_RISE, LEAST_Z = 0.15, 3.0
WITHHELD = f"Withheld: these answers, or those left beside them, are fewer than {SMALLEST_SHOWN}."


@dataclass(frozen=True, slots=True)
class Counts:
    """Complete answers, and of those with an overall score number and fives, all or in the month's last days."""

    answers: int
    flagged: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    scored: int = 0
    tops: int = 0
    last_scored: int = 0
    last_tops: int = 0


@dataclass(frozen=True, slots=True)
class Jump:
    """Shares of fives before and in the month's last days; ``z`` of the difference of two proportions, pooled."""

    before: float
    last: float
    z: float
    flagged: bool


def jump(counts: Counts) -> Jump | None:
    """None where either part has fewer than five answers. Flagged is a rise of 15 points with z of 3 or more."""
    early, early_tops = counts.scored - counts.last_scored, counts.tops - counts.last_tops
    if min(early, counts.last_scored) < SMALLEST_SHOWN:
        return None
    before, last = early_tops / early, counts.last_tops / counts.last_scored
    pooled = counts.tops / counts.scored
    error = math.sqrt(pooled * (1 - pooled) * (1 / early + 1 / counts.last_scored))
    z = (last - before) / error if error else 0.0
    return Jump(round(before, 2), round(last, 2), round(z, 1), flagged=last - before >= LEAST_RISE and z >= LEAST_Z)


def shown(counts: Counts) -> dict[str, Any]:
    """Counts of a unit in steps of five, those withheld that would tell of one to four respondents.

    Exact ones, beside the figures of the published grid, would tell of the few answers that wait to be counted there.
    """
    doubtful, others = counts.flagged, counts.answers - counts.flagged
    parts = [*counts.reasons.values(), *(doubtful - n for n in counts.reasons.values())]
    hidden = _few(counts.answers) or _few(doubtful) or _few(others)
    few_reasons = hidden or any(_few(n) for n in parts)
    return {
        "answers": None if _few(counts.answers) else _step(counts.answers),
        "flagged": None if hidden else _step(doubtful),
        "reasons": None if few_reasons else {name: _step(n) for name, n in counts.reasons.items()},
        "jump": None if hidden or _few(counts.scored) else jump(counts),
        "reason": WITHHELD if few_reasons else None,
    }


def _few(n: int) -> bool:
    return 0 < n < SMALLEST_SHOWN


def _step(n: int) -> int:
    return n - n % SMALLEST_SHOWN
