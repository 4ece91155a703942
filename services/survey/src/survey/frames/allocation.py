"""How many are drawn from each stratum."""

from collections.abc import Mapping
from fractions import Fraction


def proportional(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """``wanted`` shared out in proportion to the strata's sizes, whole by the largest remainder (Hamilton's method).

    Never more than a stratum holds; ties go to the first name. Sums to ``wanted``, or to all where there are fewer.
    """
    total = sum(sizes.values())
    wanted = min(wanted, total)
    if total == 0:
        return dict.fromkeys(sizes, 0)
    shares = {name: Fraction(size * wanted, total) for name, size in sizes.items()}
    parts = {name: int(share) for name, share in shares.items()}
    by_remainder = sorted(sizes, key=lambda name: (parts[name] - shares[name], name))
    for name in by_remainder[: wanted - sum(parts.values())]:
        parts[name] += 1
    return parts


def equal(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """The same number from each; what a small stratum cannot give is shared among the others."""
    parts, wanted = dict.fromkeys(sizes, 0), min(wanted, sum(sizes.values()))
    while left := wanted - sum(parts.values()):
        with_room = sorted(name for name in sizes if parts[name] < sizes[name])
        each = left // len(with_room)
        for name in with_room if each else with_room[:left]:
            parts[name] += min(max(each, 1), sizes[name] - parts[name])
    return parts


def given(sizes: Mapping[str, int], wanted: Mapping[str, int]) -> dict[str, int]:
    """What was asked for, as far as each stratum holds it; nobody from one that was not named."""
    return {name: min(size, wanted.get(name, 0)) for name, size in sizes.items()}
