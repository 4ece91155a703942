"""From answers to figures: five-point scores, low items, recommendation, what is said of needs, consents, words."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from survey.questionnaires.answers import Answers
from survey.questionnaires.definition import Definition
from survey.questionnaires.items import KanoPair
from survey.questionnaires.kano import Category, category

Aspect = Category | Literal["performance", "importance"]


class Score(NamedTuple):
    """One scored item on 1..5; ``driver`` None is the overall score, ``low``: at or under the limit."""

    item: str
    driver: str | None
    need: str | None
    sub_process: str | None
    value: float
    low: bool


class KanoAnswer(NamedTuple):
    """What the feature behind a need is to this customer."""

    need: str
    category: Category


class NeedAnswer(NamedTuple):
    """One thing that one customer says of a need: how well it is met and how much it matters (1..5), or what it is.

    At most one of each aspect per need and answer. ``value`` is 0 for a Kano category, which is only counted.
    """

    need: str
    aspect: Aspect
    value: float = 0.0


class Reading(NamedTuple):
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
    scores: list[Score] = []
    met: dict[str, list[float]] = {}
    for mark in definition.marks:
        if (value := mark.score(answers)) is None:
            continue
        if mark.counted:
            place = mark.sub_process or sub_process
            scores.append(Score(mark.code, mark.driver, mark.need, place, value, value <= mark.low_at))
        if mark.need is not None:
            met.setdefault(mark.need, []).append(value)
    kano = tuple(_kano(item, answers[item.code]) for item in definition.pairs if len(answers.get(item.code, ())) > 1)
    consents = {item.meaning: answers[item.code] for item in definition.consents if item.code in answers}
    return Reading(
        scores=tuple(scores),
        recommendation=answers.get(definition.recommendation),
        may_contact=consents.get("may_contact", False),
        unit_may_know=consents.get("unit_may_know", False),
        solved=next((answers[code] == "yes" for code in definition.solved if code in answers), None),
        kano=kano,
        effort=answers.get(definition.effort),
        needs=_needs(definition, answers, met, kano),
    )


def words(definition: Definition, answers: Answers) -> dict[str, str]:
    """The texts among the answers by item code, ``<item>.<option>`` for options: personal, to be sealed."""
    return {code: answers[code] for code in definition.texts if code in answers}


def _needs(
    definition: Definition, answers: Answers, met: Mapping[str, list[float]], kano: Iterable[KanoAnswer]
) -> tuple[NeedAnswer, ...]:
    """Several items about one need count as one answer, their mean: so that n counts respondents."""
    said = [NeedAnswer(need, "performance", sum(values) / len(values)) for need, values in met.items()]
    mattering = ((mark.need, mark.score(answers)) for mark in definition.weights)
    said += (NeedAnswer(need, "importance", value) for need, value in mattering if need and value is not None)
    said += (NeedAnswer(one.need, one.category) for one in kano)
    return tuple(said)


def _kano(item: KanoPair, value: Mapping[str, Any]) -> KanoAnswer:
    return KanoAnswer(item.need, category(value["functional"], value["dysfunctional"]))
