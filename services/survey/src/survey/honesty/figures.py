"""What doubtful answers do to a unit's month: figures with and without them, and jumps before the month ends."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SMALLEST_SHOWN = 5
LAST_DAYS = 5
LEAST_RISE, LEAST_Z = 0.15, 3.0
WITHHELD = f"Withheld: these answers, or those left beside them, are fewer than {SMALLEST_SHOWN}."
NONE = "No answer of the unit in this month has an overall score."


@dataclass(frozen=True, slots=True)
class Counts:
    """Complete answers, and of those with an overall score number, sum and fives, all or in the month's last days."""

    answers: int
    flagged: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    scored: int = 0
    total: float = 0.0
    flagged_scored: int = 0
    flagged_total: float = 0.0
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
    return Jump(before, last, z, flagged=last - before >= LEAST_RISE and z >= LEAST_Z)


def shown(counts: Counts) -> dict[str, Any]:
    """The figures of a unit, those withheld that would tell of one to four respondents."""
    if 0 < counts.answers < SMALLEST_SHOWN:
        return _nothing(WITHHELD)
    parts = (counts.flagged, counts.answers - counts.flagged)
    hidden = any(0 < part < SMALLEST_SHOWN for part in parts)
    few_reasons = hidden or any(0 < n < SMALLEST_SHOWN for n in counts.reasons.values())
    left, left_total = counts.scored - counts.flagged_scored, counts.total - counts.flagged_total
    # With both means and all numbers the mean of the flagged ones could be computed: they must be five as well.
    apart = not hidden and all(n == 0 or n >= SMALLEST_SHOWN for n in (left, counts.flagged_scored))
    found = None if hidden or 0 < counts.scored < SMALLEST_SHOWN else jump(counts)
    return {
        "answers": counts.answers,
        "flagged": None if hidden else counts.flagged,
        "reasons": None if few_reasons else dict(counts.reasons),
        "mean": counts.total / counts.scored if counts.scored >= SMALLEST_SHOWN else None,
        "mean_without": left_total / left if apart and left else None,
        "jump": found,
        "reason": WITHHELD if hidden or few_reasons else NONE if not counts.scored else None,
    }


def _nothing(reason: str) -> dict[str, Any]:
    empty = dict.fromkeys(("answers", "flagged", "reasons", "mean", "mean_without", "jump"))
    return empty | {"reason": reason}
