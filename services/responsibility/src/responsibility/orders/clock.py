"""Whose time it was: the utility's total stands still while only others have the order in hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from responsibility.calendars.working_days import WorkCalendar
from responsibility.catalogue.document import Limit, Total
from responsibility.promises.terms import due, latest


@dataclass(frozen=True)
class Span:
    """A stage of ``party`` had the order in hand from ``start`` to ``end``."""

    party: str
    start: datetime
    end: datetime


def stage_due(limit: Limit | None, start: datetime, anchor: datetime | None, calendar: WorkCalendar) -> datetime | None:
    """When a stage that began at ``start`` is due; a ``before`` limit counts back from ``anchor``."""
    if limit is None:
        return None
    if limit.before is None:
        return due(limit.amount, limit.unit, start, calendar)
    return None if anchor is None else latest(limit.amount, limit.unit, anchor, calendar)


def total_due(total: Total, limit: Limit, opened: datetime, spans: Iterable[Span], calendar: WorkCalendar) -> datetime:
    """When the whole order is due: its limit, prolonged by the time that was not the utility's."""
    pauses = [] if total.whole_process else waiting(spans)
    if limit.unit == "working_day":
        days = sum(calendar.working_days_between(start, end) for start, end in pauses)
        return due(limit.amount + days, "working_day", opened, calendar)
    return due(limit.amount, limit.unit, opened, calendar) + sum((e - s for s, e in pauses), timedelta())


def waiting(spans: Iterable[Span]) -> list[tuple[datetime, datetime]]:
    """The disjoint times in which others, and no stage of the utility, had the order in hand."""
    known = [span for span in spans if span.start < span.end]
    moments = sorted({moment for span in known for moment in (span.start, span.end)})
    pieces = pairwise(moments)
    return _joined([piece for piece in pieces if _others_alone(known, *piece)])


def _others_alone(spans: Sequence[Span], start: datetime, end: datetime) -> bool:
    active = {span.party for span in spans if span.start <= start and end <= span.end}
    return bool(active) and "utility" not in active


def _joined(pieces: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for start, end in pieces:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
