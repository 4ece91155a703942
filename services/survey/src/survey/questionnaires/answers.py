"""Checks a customer's answers against the questionnaire, naming each fault by its JSON pointer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey.questionnaires.branching import holds
from survey.questionnaires.definition import Definition
from survey.questionnaires.items import AnyItem, Choice, Matrix
from survey.questionnaires.values import lacking, step, wrong, wrong_text

Answers = Mapping[str, Any]

MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong answer: ``pointer`` (RFC 6901) into the request's body, a sentence saying what is right."""

    pointer: str
    detail: str


@dataclass(frozen=True, slots=True)
class Examined:
    """``shown``: codes of the items these answers show, and ``<item>.<row>`` of matrix rows; ``good`` answers."""

    shown: set[str]
    good: dict[str, Any]
    faults: list[Fault]


def faults(definition: Definition, answers: Answers, *, complete: bool) -> list[Fault]:
    """Every fault of the answers, at most a hundred; empty when they are good.

    Required items count only when the answer is complete. An answer to an item that the branching hides is a
    fault, so that nothing is stored that the customer was never asked.
    """
    if definition.glance.good(answers, complete=complete):
        return []
    return examine(definition, answers, complete=complete).faults


def visible(definition: Definition, answers: Answers) -> set[str]:
    """The codes of the items and rows that these answers show."""
    return examine(definition, answers, complete=False).shown


def examine(definition: Definition, answers: Answers, *, complete: bool) -> Examined:
    """One walk over the items in their order. A rule hears good answers of shown items only; others are null."""
    shown: set[str] = set()
    good: dict[str, Any] = {}
    found: list[Fault] = []
    for item in definition.items:
        code = item.code
        if item.when is None and type(item) is not Matrix:
            shown.add(code)
        elif not _shows(definition, item, good, shown):
            continue
        if code not in answers:
            if complete and item.required:
                found.append(Fault(pointer(code), "This item must be answered before the answer is complete."))
            continue
        value = answers[code]
        wrongs = wrong(item, value, shown)
        if not wrongs:
            good[code] = value
            wrongs = lacking(item, value, shown) if complete else ()
        if wrongs:
            found += [Fault(pointer(code) + rest, detail) for rest, detail in wrongs]
    unasked = [fault for code in answers if code not in good for fault in _unasked(definition, code, shown)]
    explaining = [code for code in answers if code in definition.free_texts]
    explained = [fault for code in explaining for fault in _wrong_explanation(definition, code, answers[code], good)]
    return Examined(shown, good, (unasked + found + explained)[:MOST_FAULTS])


def pointer(code: str) -> str:
    """RFC 6901 pointer of an answer, safe to print whatever the phone sent as the code."""
    return "/answers" + step(code)


def _shows(definition: Definition, item: AnyItem, good: Answers, shown: set[str]) -> bool:
    """Adds what is shown of the item; a matrix whose rows are all hidden is hidden itself."""
    if not _holds(definition, item.code, good):
        return False
    if type(item) is Matrix:
        rows = (f"{item.code}.{row.code}" for row in item.rows)
        asked = {row for row in rows if _holds(definition, row, good)}
        if not asked:
            return False
        shown |= asked
    shown.add(item.code)
    return True


def _holds(definition: Definition, code: str, good: Answers) -> bool:
    condition = definition.conditions.get(code)
    return condition is None or holds(condition, good)


def _unasked(definition: Definition, code: str, shown: set[str]) -> Iterator[Fault]:
    owner = definition.free_texts.get(code, code)
    if definition.item(owner) is None:
        yield Fault(pointer(code), "The questionnaire has no item of this code.")
    elif owner not in shown:
        yield Fault(pointer(code), "This item is hidden by the other answers; leave it out.")


def _wrong_explanation(definition: Definition, code: str, value: Any, good: dict[str, Any]) -> Iterator[Fault]:
    """The customer's own words about an option that he chose; such a text is good without being heard by rules."""
    item = definition.item(definition.free_texts.get(code, ""))
    if not isinstance(item, Choice):
        return
    chosen = good.get(item.code, ())
    if code.removeprefix(f"{item.code}.") not in ([chosen] if isinstance(chosen, str) else chosen):
        yield Fault(pointer(code), "The option that this text explains is not chosen; leave the text out.")
    yield from (Fault(pointer(code), detail) for _, detail in wrong_text(value, item.longest_free_text))
