"""All indices of one population and period."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from incident.interruptions.duration import SUSTAINED_MINUTES, is_sustained
from incident.reliability import indices
from incident.reliability.indices import INDICES, Figure, Interruption


@dataclass(frozen=True, slots=True)
class Parameters:
    """``cemi``: so many interruptions or more; ``celid_minutes``: so many minutes or more."""

    threshold_minutes: float = SUSTAINED_MINUTES
    cemi: int = 3
    celid_minutes: float = 480


def figures_of(
    interruptions: Sequence[Interruption], n: float, period_minutes: float, given: Parameters
) -> list[Figure]:
    """Every index, in a fixed order."""
    totals = indices.totals(interruptions, n, period_minutes, given.threshold_minutes)
    return [
        *(index(totals) for index in INDICES.values()),
        indices.maifi_e(interruptions, n, given.threshold_minutes),
        indices.cemi(interruptions, n, given.threshold_minutes, given.cemi),
        indices.celid_single(interruptions, n, given.celid_minutes),
        indices.celid_total(interruptions, n, given.threshold_minutes, given.celid_minutes),
    ]


def local_day(interruption: Interruption, zone: tzinfo | None) -> date:
    """The company's day on which it began."""
    return indices.began(interruption).astimezone(zone).date()


def daily_saidi(
    interruptions: Iterable[Interruption], n: float, threshold: float, zone: tzinfo | None
) -> dict[date, float]:
    """Minutes per unit of sustained interruptions by the day on which they began; empty where nobody is served."""
    sums: dict[date, float] = {}
    for one in interruptions:
        if n and is_sustained(one.minutes, threshold):
            day = local_day(one, zone)
            sums[day] = sums.get(day, 0.0) + one.minutes / n
    return sums
