"""Rules of the unit tree: a unit is named by its path, ``/city/east/hall-3/``."""

import re
from collections.abc import Iterable

PATH = re.compile(r"/(?:[a-z0-9][a-z0-9-]*/)+")
PATH_PATTERN = r"^/([a-z0-9][a-z0-9-]*/)+$"


def is_path(text: str) -> bool:
    return PATH.fullmatch(text) is not None


def parent(path: str) -> str | None:
    """``/city/east/`` -> ``/city/``; the root has none."""
    above = path.rstrip("/").rpartition("/")[0]
    return f"{above}/" if above else None


def root(path: str) -> str:
    """The company as a whole: ``/city/east/`` -> ``/city/``."""
    return "/" + path.strip("/").split("/", 1)[0] + "/"


def within(path: str, scope: str) -> bool:
    return path.startswith(scope)


def upwards(path: str) -> list[str]:
    """The unit itself and those above it, nearest first."""
    chain = [path]
    while above := parent(chain[-1]):
        chain.append(above)
    return chain


def nearest(unit: str, candidates: Iterable[str]) -> str | None:
    """The candidate that serves ``unit``: below the closest common unit, the highest, by name among equals.

    An order of district east that needs a meter reader goes to east's reading team, never to west's, as long
    as east has one.
    """
    known = sorted(candidates, key=lambda path: (path.count("/"), path))
    for level in upwards(unit):
        for candidate in known:
            if within(candidate, level):
                return candidate
    return next((c for c in known if within(unit, c)), None)
