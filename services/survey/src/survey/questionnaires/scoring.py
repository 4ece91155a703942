"""From answers to figures: five-point scores, low items, recommendation, what is said of needs, consents, words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from survey.questionnaires.answers import Answers
from survey.questionnaires.definition import Definition
from survey.questionnaires.items import (
    KanoPair,
    Matrix,
    Row,
    Scaled,
    Scoring,
    SingleChoice,
)
from survey.questionnaires.kano import Category, category

Aspect = Category | Literal["performance", "importance"]


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
class KanoAnswer:
    """What the feature behind a need is to this customer."""

    need: str
    category: Category


@dataclass(frozen=True, slots=True)
class NeedAnswer:
    """One thing that one customer says of a need: how well it is met and how much it matters (1..5), or what it is.

    At most one of each aspect per need and answer. ``value`` is 0 for a Kano category, which is only counted.
    """

    need: str
    aspect: Aspect
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What a complete answer says, apart from its words. ``effort`` is the CES as given, 1..7."""

    scores: tuple[Score, ...]
    recommendation: int | None
    may_contact: bool
    unit_may_know: bool
    solved: bool | None
    kano: tuple[KanoAnswer, ...] = ()
    effort: int | None = None
    needs: tuple[NeedAnswer, ...] = ()

    @property
    def low(self) -> tuple[Score, ...]:
        return tuple(score for score in self.scores if score.low)


def read(definition: Definition, answers: Answers, *, sub_process: str | None) -> Reading:
    """Reads checked answers; ``sub_process`` is the occasion's, for items that name none of their own.

    A consent that was not answered is refused.
    """
    consents = {item.meaning: answers[item.code] for item in definition.consents if item.code in answers}
    kano = tuple(_kano(item, answers[item.code]) for item in definition.pairs if len(answers.get(item.code, ())) > 1)
    given = [(item, answers[item.code]) for item in definition.scored if item.code in answers]
    scored = [entry for item, value in given for entry in _scored(item, value, sub_process)]
    return Reading(
        scores=tuple(score for score, counted in scored if counted),
        recommendation=answers.get(definition.recommendation),
        may_contact=consents.get("may_contact", False),
        unit_may_know=consents.get("unit_may_know", False),
        solved=next((answers[code] == "yes" for code in definition.solved if code in answers), None),
        kano=kano,
        effort=answers.get(definition.effort),
        needs=tuple(_needs(definition, answers, (score for score, _ in scored), kano)),
    )


def words(definition: Definition, answers: Answers) -> dict[str, str]:
    """The texts among the answers by item code, ``<item>.<option>`` for options: personal, to be sealed."""
    return {code: answers[code] for code in definition.texts if code in answers}


def mapped(item: Scaled | SingleChoice, value: int | str) -> float | None:
    """The answer on 1..5, None when the item is not scored or its table leaves the value out."""
    if item.scoring is None:
        return None
    if item.scoring.kind == "table":
        return item.scoring.table.get(str(value))
    assert isinstance(item, Scaled)  # noqa: S101 - the definition allows no linear choice
    return 1 + 4 * (int(value) - item.least) / (item.most - item.least)


def _scored(item: Scaled | SingleChoice, value: Any, sub_process: str | None) -> Iterator[tuple[Score, bool]]:
    """Scores of one answer, each with whether it counts for its driver or as the overall score."""
    if item.scoring is None:
        return
    if type(item) is Matrix:
        for row in item.rows:
            if row.code in value and (score := mapped(item, value[row.code])) is not None:
                name = f"{item.code}.{row.code}"
                yield _score(name, row, score, item.scoring, sub_process), row.driver is not None
    elif (score := mapped(item, value)) is not None:
        yield _score(item.code, item, score, item.scoring, sub_process), True


def _score(
    code: str, asked: Scaled | SingleChoice | Row, value: float, scoring: Scoring, occasion: str | None
) -> Score:
    return Score(code, asked.driver, asked.need, asked.sub_process or occasion, value, value <= scoring.low_at)


def _needs(
    definition: Definition, answers: Answers, scores: Iterable[Score], kano: Iterable[KanoAnswer]
) -> Iterator[NeedAnswer]:
    """Several items about one need count as one answer, their mean: so that n counts respondents."""
    met: Mapping[str, list[float]] = defaultdict(list)
    for score in scores:
        if score.need is not None:
            met[score.need].append(score.value)
    yield from (NeedAnswer(need, "performance", sum(values) / len(values)) for need, values in met.items())
    for item in definition.important:
        if item.code in answers:
            yield from _importance(item, answers[item.code])
    yield from (NeedAnswer(one.need, one.category) for one in kano)


def _importance(item: Scaled, value: Any) -> Iterator[NeedAnswer]:
    asked = [(row.need, value.get(row.code)) for row in item.rows] if isinstance(item, Matrix) else [(item.need, value)]
    for need, one in asked:
        if need is not None and one is not None and (score := mapped(item, one)) is not None:
            yield NeedAnswer(need, "importance", score)


def _kano(item: KanoPair, value: Mapping[str, Any]) -> KanoAnswer:
    return KanoAnswer(item.need, category(value["functional"], value["dysfunctional"]))
