"""When single cases are a pattern."""

from collections.abc import Iterable
from datetime import datetime, timedelta


def is_pattern(opened: Iterable[datetime], now: datetime, cases: int, days: int) -> bool:
    """Whether at least ``cases`` cases were opened in the ``days`` up to ``now``."""
    since = now - timedelta(days=days)
    return sum(since < moment <= now for moment in opened) >= cases
