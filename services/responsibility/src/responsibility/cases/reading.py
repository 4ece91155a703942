"""What a low answer is about: which item hurts most, where in the catalogue it belongs, who may know."""

from collections.abc import Sequence
from dataclasses import dataclass

from responsibility.organisation.tree import root

# Until somebody looks at it, a hurt that names no sub-process belongs to complaint handling.
UNNAMED = "CS-04"


@dataclass(frozen=True)
class Hurt:
    """An item answered low; ``score`` on 1..5."""

    score: float
    driver: str | None = None
    sub_process: str | None = None


def worst(items: Sequence[Hurt]) -> Hurt:
    """The lowest item; among equals one that names a sub-process, then one that names a driver.

    An overall item that names nothing gives way to a low item beside it that does.
    """
    telling = [item for item in items if item.sub_process or item.driver]
    return min(telling or items, key=lambda i: (i.score, i.sub_process is None, i.driver is None))


def seen_by(about_unit: str, *, unit_may_know: bool) -> str:
    """The unit that may see the case: the one that served, or only the company's quality office."""
    return about_unit if unit_may_know else root(about_unit)
