"""Which unit repairs, seen from the units of the customers that are out."""

from collections.abc import Iterable, Mapping


def majority(counts: Mapping[str, int]) -> str | None:
    """The most frequent value; among equals the first by name."""
    return min(counts, key=lambda value: (-counts[value], value), default=None)


def repair_unit(customers_units: Mapping[str, int], crews_units: Iterable[str]) -> str | None:
    """Path of the repair unit nearest to most of the customers (``customers_units``: customers by unit).

    It is the one that shares the longest path with them. Without a crew that shares more than the
    company's own path it is the customers' unit itself.
    """
    most = majority(customers_units)
    if most is None:
        return None
    best = max(sorted(set(crews_units)), key=lambda unit: len(common_path(unit, most)), default=None)
    if best is None or len(parts(common_path(best, most))) <= 1:
        return most
    return best


def common_path(one: str, other: str) -> str:
    """``/city/east/hall-1/`` and ``/city/east/repair/`` share ``/city/east/``."""
    shared = []
    for a, b in zip(parts(one), parts(other), strict=False):
        if a != b:
            break
        shared.append(a)
    return "/" + "".join(f"{part}/" for part in shared)


def parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]
