"""From answers to figures: five-point scores, low items, recommendation, consents, the customer's words."""

from dataclasses import dataclass

from survey.questionnaires.answers import Answers, visible
from survey.questionnaires.definition import (
    AnyItem,
    Consent,
    Definition,
    Rating,
    Recommendation,
    SingleChoice,
    Text,
)


@dataclass(frozen=True, slots=True)
class Score:
    """One scored item on 1..5; ``driver`` None is the overall score, ``low``: at or under the limit."""

    item: str
    driver: str | None
    need: str | None
    sub_process: str | None
    value: float
    low: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What a complete answer says, apart from its words."""

    scores: tuple[Score, ...]
    recommendation: int | None
    may_contact: bool
    unit_may_know: bool
    solved: bool | None

    @property
    def low(self) -> tuple[Score, ...]:
        return tuple(score for score in self.scores if score.low)


def read(definition: Definition, answers: Answers, *, sub_process: str | None) -> Reading:
    """Reads checked answers; ``sub_process`` is the occasion's, for items that name none of their own.

    A consent that was not answered is refused.
    """
    shown = visible(definition, answers)
    given = [item for item in definition.items if item.code in shown and item.code in answers]
    consents = {item.meaning: answers[item.code] for item in given if isinstance(item, Consent)}
    return Reading(
        scores=tuple(score for item in given if (score := _score(item, answers[item.code], sub_process))),
        recommendation=next((answers[item.code] for item in given if isinstance(item, Recommendation)), None),
        may_contact=consents.get("may_contact", False),
        unit_may_know=consents.get("unit_may_know", False),
        solved=next((answers[item.code] == "yes" for item in given if _asks_if_solved(item)), None),
    )


def words(definition: Definition, answers: Answers) -> dict[str, str]:
    """The texts among the answers by item code: personal, to be sealed."""
    return {
        item.code: answers[item.code] for item in definition.items if isinstance(item, Text) and item.code in answers
    }


def mapped(item: Rating | SingleChoice, value: int | str) -> float | None:
    """The answer on 1..5, None when the item is not scored or its table leaves the value out."""
    if item.scoring is None:
        return None
    if item.scoring.kind == "table":
        return item.scoring.table.get(str(value))
    assert isinstance(item, Rating)  # noqa: S101 - the definition allows no linear choice
    return 1 + 4 * (int(value) - item.least) / (item.most - item.least)


def _score(item: AnyItem, value: int | str, sub_process: str | None) -> Score | None:
    if not isinstance(item, Rating | SingleChoice) or item.scoring is None:
        return None
    score = mapped(item, value)
    if score is None:
        return None
    low = score <= item.scoring.low_at
    return Score(item.code, item.driver, item.need, item.sub_process or sub_process, score, low)


def _asks_if_solved(item: AnyItem) -> bool:
    return isinstance(item, SingleChoice) and item.meaning == "solved"
