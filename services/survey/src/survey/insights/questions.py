"""What may be asked of the published grid, and which cells answer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from survey.published.places import Grain, Period, Topic

Dimension = Literal["sub_process", "segment", "trigger", "driver", "unit", "day", "week", "month"]
TOPICS: tuple[Topic, ...] = ("sub_process", "segment", "trigger")
GRAINS: tuple[Grain, ...] = ("day", "week", "month")


class OutsideGrid(ValueError):  # noqa: N818
    """The grid has no such cells; the words say which it has."""


@dataclass(frozen=True, slots=True)
class Question:
    """Bounds and dimensions of an answer from the grid; None bounds nothing.

    At most one of sub-process, segment and trigger, and at most one of day, week and month.
    """

    group_by: Sequence[Dimension] = ()
    period_from: date | None = None
    period_to: date | None = None
    sub_process: str | None = None
    segment: str | None = None
    trigger: str | None = None
    driver: str | None = None
    unit: str | None = None

    @property
    def period(self) -> Period:
        return Period(self.period_from, self.period_to)

    @property
    def grain(self) -> Grain | None:
        """Raises OutsideGrid."""
        named = [name for name in GRAINS if name in self.group_by]
        if len(named) > 1:
            raise OutsideGrid(f"A cell has one time grain; you grouped by {' and '.join(named)}.")
        return named[0] if named else None

    @property
    def topic(self) -> tuple[Topic, str | None]:
        """The topic with the member asked for, None for all; raises OutsideGrid."""
        named = [name for name in TOPICS if name in self.group_by or getattr(self, name) is not None]
        if len(named) > 1:
            raise OutsideGrid(
                f"The grid is published by sub-process, by segment or by trigger; you asked for {' with '.join(named)}."
            )
        return (named[0], cast("str | None", getattr(self, named[0]))) if named else ("", "")
