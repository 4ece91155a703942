"""Reliability indices of IEEE Std 1366-2022 and DL/T 836, on plain values.

One basis at a time: the *units* are either LV customers or MV units (a public transformer, an MV-metered
user), never both. CI: sustained interruptions summed over units; CMI: their minutes; CN: distinct units hit;
N: units served. Sustained means strictly longer than the threshold; exactly the threshold is momentary.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident.interruptions.duration import SECONDS_PER_MINUTE, is_sustained, minutes_between


@dataclass(frozen=True, slots=True)
class Interruption:
    """One unit without supply; ``minutes`` >= 0, ``began_at`` where events matter."""

    unit: str
    minutes: float
    began_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` is None when it is not defined, and ``reason`` then says why."""

    name: str
    value: float | None
    measure: str
    formula: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the indices are made of. ``n`` may be fractional: the mean of units served over the period."""

    ci: int
    cmi: float
    cn: int
    cmo: int
    n: float
    period_minutes: float


def totals(interruptions: Iterable[Interruption], n: float, period_minutes: float, threshold: float) -> Totals:
    every = list(interruptions)
    sustained = [i for i in every if is_sustained(i.minutes, threshold)]
    return Totals(
        ci=len(sustained),
        cmi=sum(i.minutes for i in sustained),
        cn=len({i.unit for i in sustained}),
        cmo=len(every) - len(sustained),
        n=n,
        period_minutes=period_minutes,
    )


def saifi(t: Totals) -> Figure:
    return _ratio("SAIFI", t.ci, t.n, "interruptions per unit", "CI / N", NOBODY)


def saidi(t: Totals) -> Figure:
    return _ratio("SAIDI", t.cmi, t.n, "minutes per unit", "CMI / N", NOBODY)


def caidi(t: Totals) -> Figure:
    return _ratio("CAIDI", t.cmi, t.ci, "minutes per interruption", "CMI / CI", NOTHING)


def ctaidi(t: Totals) -> Figure:
    return _ratio("CTAIDI", t.cmi, t.cn, "minutes per unit hit", "CMI / CN", NOTHING)


def caifi(t: Totals) -> Figure:
    return _ratio("CAIFI", t.ci, t.cn, "interruptions per unit hit", "CI / CN", NOTHING)


def maifi(t: Totals) -> Figure:
    formula = "momentary interruptions / N"
    return _ratio("MAIFI", t.cmo, t.n, "momentary interruptions per unit", formula, NOBODY)


def asai(t: Totals) -> Figure:
    """Share of unit-minutes with supply, in percent to four places."""
    formula = "100 (1 - CMI / (N x minutes of the period))"
    if not t.n or not t.period_minutes:
        return Figure("ASAI", None, "percent", formula, NOBODY if not t.n else "The period has no length.")
    return Figure("ASAI", round(100 * (1 - t.cmi / (t.n * t.period_minutes)), 4), "percent", formula)


def hours_out(t: Totals) -> Figure:
    return Figure("unit_hours_out", t.cmi / SECONDS_PER_MINUTE, "unit-hours", "CMI / 60")


def cemi(interruptions: Iterable[Interruption], n: float, threshold: float, at_least: int) -> Figure:
    """Share of units with ``at_least`` or more sustained interruptions."""
    counts = Counter(i.unit for i in interruptions if is_sustained(i.minutes, threshold))
    hit = sum(1 for count in counts.values() if count >= at_least)
    name = f"CEMI(>={at_least})"
    return _ratio(name, hit, n, "share of units", f"units with {at_least} or more / N", NOBODY)


def celid_single(interruptions: Iterable[Interruption], n: float, minutes: float) -> Figure:
    """Share of units with one interruption of at least so many minutes."""
    hit = {i.unit for i in interruptions if i.minutes >= minutes}
    formula = f"units with one interruption of {minutes:g} minutes or more / N"
    return _ratio(f"CELID(single>={minutes:g})", len(hit), n, "share of units", formula, NOBODY)


def celid_total(interruptions: Iterable[Interruption], n: float, threshold: float, minutes: float) -> Figure:
    """Share of units whose sustained interruptions last so many minutes together."""
    sums: dict[str, float] = defaultdict(float)
    for i in interruptions:
        if is_sustained(i.minutes, threshold):
            sums[i.unit] += i.minutes
    hit = sum(1 for total in sums.values() if total >= minutes)
    formula = f"units with {minutes:g} minutes or more together / N"
    return _ratio(f"CELID(total>={minutes:g})", hit, n, "share of units", formula, NOBODY)


def maifi_e(interruptions: Iterable[Interruption], n: float, threshold: float) -> Figure:
    """Momentary *events* per unit: operations within the threshold of the first are one event.

    An event that ends in a sustained interruption is not counted. Interruptions need ``began_at``.
    """
    by_unit: dict[str, list[Interruption]] = defaultdict(list)
    for i in interruptions:
        by_unit[i.unit].append(i)
    count = sum(_momentary_events(each, threshold) for each in by_unit.values())
    formula = f"momentary events (operations within {threshold:g} minutes) / N"
    return _ratio("MAIFIe", count, n, "momentary events per unit", formula, NOBODY)


def _momentary_events(of_one_unit: Sequence[Interruption], threshold: float) -> int:
    """Events of one unit, in the order of their begin, whose last operation is momentary."""
    events: list[list[Interruption]] = []
    for i in sorted(of_one_unit, key=began):
        first = events[-1][0] if events else None
        if first is not None and minutes_between(began(first), began(i)) <= threshold:
            events[-1].append(i)
        else:
            events.append([i])
    return sum(1 for event in events if not any(is_sustained(i.minutes, threshold) for i in event))


def began(interruption: Interruption) -> datetime:
    """Raises ``ValueError`` where it is not given."""
    if interruption.began_at is None:
        raise ValueError(f"The interruption of {interruption.unit} has no time of its begin.")
    return interruption.began_at


INDICES: Mapping[str, Callable[[Totals], Figure]] = {
    "SAIFI": saifi,
    "SAIDI": saidi,
    "CAIDI": caidi,
    "ASAI": asai,
    "CTAIDI": ctaidi,
    "CAIFI": caifi,
    "MAIFI": maifi,
    "unit_hours_out": hours_out,
}
"""All indices that follow from the totals alone."""

NOBODY = "N is 0: nobody was served in this population and period."
NOTHING = "There was no sustained interruption in this population and period."


def _ratio(name: str, above: float, below: float, measure: str, formula: str, reason: str) -> Figure:
    if not below:
        return Figure(name, None, measure, formula, reason)
    return Figure(name, above / below, measure, formula)
