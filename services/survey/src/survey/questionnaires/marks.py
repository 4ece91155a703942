"""What a questionnaire scores on 1..5, item by item and row by row, found once and read from every answer."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from survey.questionnaires.items import AnyItem, Matrix, Row, Scaled, SingleChoice


class Score(NamedTuple):
    """One scored item on 1..5; ``driver`` None is the overall score, ``low``: at or under the limit."""

    item: str
    driver: str | None
    need: str | None
    sub_process: str | None
    value: float
    low: bool


class Said(NamedTuple):
    """What one value of an item comes to; ``score`` None: it speaks of its need alone."""

    score: Score | None
    need: str | None
    value: float


class Asked(NamedTuple):
    """One item or row as it is asked at one place: what each value that has a score comes to."""

    item: str
    row: str | None
    said: Mapping[Any, Said]


class Mark(NamedTuple):
    """``row`` None: the item's own value. ``scores``: the five-point score of each value that has one.

    ``counted``: for its driver or as the overall score; a row without a driver speaks of its need alone.
    """

    item: str
    row: str | None
    code: str
    driver: str | None
    need: str | None
    sub_process: str | None
    low_at: float
    counted: bool
    scores: Mapping[Any, float]

    def score(self, answers: Mapping[str, Any]) -> float | None:
        """None where it was not answered or the value has no score."""
        value = answers.get(self.item)
        if value is not None and self.row is not None:
            value = value.get(self.row)
        return None if value is None else self.scores.get(value)

    def asked(self, sub_process: str | None) -> Asked:
        """``sub_process``: the occasion's, where the item names none of its own."""
        place = self.sub_process or sub_process
        return Asked(self.item, self.row, {said: self._said(value, place) for said, value in self.scores.items()})

    def _said(self, value: float, place: str | None) -> Said:
        score = Score(self.code, self.driver, self.need, place, value, value <= self.low_at)
        return Said(score if self.counted else None, self.need, value)


def marks(items: Iterable[AnyItem], *, important: bool) -> Iterator[Mark]:
    """Of the items that ask how much something matters, or of those that ask how well it is done."""
    for item in items:
        if isinstance(item, Scaled | SingleChoice) and (item.meaning == "importance") is important:
            yield from _marks(item)


def mapped(item: Scaled | SingleChoice, value: int | str) -> float | None:
    """The answer on 1..5, None when the item is not scored or its table leaves the value out."""
    if item.scoring is None:
        return None
    if item.scoring.kind == "table":
        return item.scoring.table.get(str(value))
    scale = cast("Scaled", item)  # the definition allows no linear choice
    return 1 + 4 * (int(value) - scale.least) / (scale.most - scale.least)


def _marks(item: Scaled | SingleChoice) -> Iterator[Mark]:
    if item.scoring is None:
        return
    values = range(item.least, item.most + 1) if isinstance(item, Scaled) else [one.code for one in item.options]
    scores = {value: score for value in values if (score := mapped(item, value)) is not None}
    rows = item.rows if isinstance(item, Matrix) else []
    asked: list[tuple[str | None, Scaled | SingleChoice | Row]] = [(row.code, row) for row in rows] or [(None, item)]
    for row, one in asked:
        code, counted = (item.code, True) if row is None else (f"{item.code}.{row}", one.driver is not None)
        yield Mark(item.code, row, code, one.driver, one.need, one.sub_process, item.scoring.low_at, counted, scores)
