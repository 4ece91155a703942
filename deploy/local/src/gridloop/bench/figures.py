"""What a bench answers: numbers with a unit, a reference from the same run, and a goal."""

import math
import os
import platform
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """``goal``: the value to reach; ``least``: whether more is better (``met`` when value >= goal)."""

    name: str
    value: float
    unit: str
    goal: float
    least: bool = False
    reference: float | None = None

    @property
    def met(self) -> bool:
        return self.value >= self.goal if self.least else self.value <= self.goal

    def row(self) -> dict[str, Any]:
        ratio = round(self.value / self.reference, 4) if self.reference else None
        row = asdict(self) | {"value": round(self.value, 3), "ratio": ratio, "met": self.met}
        if self.reference is not None:
            row["reference"] = round(self.reference, 3)
        del row["least"]
        return row


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def report(bench: str, size: dict[str, Any], figures: list[Figure]) -> dict[str, Any]:
    return {"bench": bench, "machine": machine(), "size": size, "figures": [figure.row() for figure in figures]}


def quantile(values: list[float], share: float) -> float:
    """The smallest value that at least ``share`` of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]
