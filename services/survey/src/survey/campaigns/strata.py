"""Which stratum of a campaign a customer stands in."""

import re
from collections.abc import Sequence
from typing import Literal

Part = Literal["district", "segment"]

WHOLE = "all"
NO_SEGMENT = "-"


def district_pattern(depth: int) -> str:
    """A regular expression, the same to Python and PostgreSQL, for a unit's path down to this depth."""
    return f"^/(?:[^/]+/){{0,{depth}}}"


def district(unit: str, depth: int) -> str:
    """``/city/east/`` of ``/city/east/hall-3/`` at depth 2."""
    found = re.match(district_pattern(depth), unit)
    return found[0] if found else unit


def stratum_of(by: Sequence[Part], depth: int, *, unit: str, segment: str | None) -> str:
    """The stratum's name: its parts joined with ``|``, ``all`` where nothing is cut."""
    parts = {"district": district(unit, depth), "segment": segment or NO_SEGMENT}
    return "|".join(parts[part] for part in by) or WHOLE
