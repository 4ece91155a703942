"""From answers to figures: five-point scores, low items, recommendation, what is said of needs, consents, words."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from survey.questionnaires.answers import Answers
from survey.questionnaires.definition import Definition
from survey.questionnaires.items import KanoPair
from survey.questionnaires.kano import Category, category
from survey.questionnaires.marks import Score

__all__ = ["Aspect", "KanoAnswer", "NeedAnswer", "Reading", "Score", "read", "words"]

Aspect = Category | Literal["performance", "importance"]


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
        return tuple([score for score in self.scores if score.low])


def read(definition: Definition, answers: Answers, *, sub_process: str | None) -> Reading:
    """Reads checked answers; ``sub_process`` is the occasion's, for items that name none of their own.

    A consent that was not answered is refused.
    """
    scores: list[Score] = []
    met: dict[str, list[float]] = {}
    for item, row, said in definition.asked_at(sub_process):
        value = answers.get(item)
        if value is None or (row is not None and (value := value.get(row)) is None) or value not in said:
            continue
        score, need, points = said[value]
        if score is not None:
            scores.append(score)
        if need is not None:
            met.setdefault(need, []).append(points)
    whole = [item for item in definition.pairs if len(answers.get(item.code, ())) > 1]
    kano = tuple([_kano(item, answers[item.code]) for item in whole])
    consents = definition.consents
    return Reading(
        scores=tuple(scores),
        recommendation=answers.get(definition.recommendation),
        may_contact=answers.get(consents.get("may_contact", ""), False),
        unit_may_know=answers.get(consents.get("unit_may_know", ""), False),
        solved=_solved(definition, answers),
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
    for mark in definition.weights:
        value = mark.score(answers)
        if mark.need and value is not None:
            said.append(NeedAnswer(mark.need, "importance", value))
    said += [NeedAnswer(one.need, one.category) for one in kano]
    return tuple(said)


def _solved(definition: Definition, answers: Answers) -> bool | None:
    for code in definition.solved:
        if code in answers:
            return bool(answers[code] == "yes")
    return None


def _kano(item: KanoPair, value: Mapping[str, Any]) -> KanoAnswer:
    return KanoAnswer(item.need, category(value["functional"], value["dysfunctional"]))
