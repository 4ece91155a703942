"""Checks a customer's answers against the questionnaire, naming each fault by its JSON pointer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from survey.questionnaires.branching import holds
from survey.questionnaires.definition import (
    AnyItem,
    Consent,
    Definition,
    MultipleChoice,
    Rating,
    Recommendation,
    SingleChoice,
    Text,
)

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong answer: ``pointer`` (RFC 6901) into the request's body, a sentence saying what is right."""

    pointer: str
    detail: str


def faults(definition: Definition, answers: Answers, *, complete: bool) -> list[Fault]:
    """Every fault of the answers, in the order of the items; empty when they are good.

    Required items count only when the answer is complete. An answer to an item that the branching hides is a
    fault, so that nothing is stored that the customer was never asked.
    """
    shown = visible(definition, answers)
    found = [fault for code in answers for fault in _unasked(definition, code, shown)]
    for item in definition.items:
        if item.code not in shown:
            continue
        if item.code in answers:
            found += [Fault(pointer(item.code) + rest, detail) for rest, detail in _wrong(item, answers[item.code])]
        elif complete and item.required:
            found.append(Fault(pointer(item.code), "This item must be answered before the answer is complete."))
    return found


def visible(definition: Definition, answers: Answers) -> set[str]:
    """The codes of the items that these answers show; an answer to a hidden item hides nothing else."""
    shown: set[str] = set()
    heard: dict[str, Any] = {}
    for item in definition.items:
        if item.when is None or holds(item.when, heard):
            shown.add(item.code)
            heard[item.code] = answers.get(item.code)
    return shown


def pointer(code: str) -> str:
    """RFC 6901 pointer of an answer, safe to print whatever the phone sent as the code."""
    safe = code.encode("utf-8", "backslashreplace").decode()[:60]
    return "/answers/" + safe.replace("~", "~0").replace("/", "~1").replace("\x00", "\\u0000")


def _unasked(definition: Definition, code: str, shown: set[str]) -> Iterator[Fault]:
    if definition.item(code) is None:
        yield Fault(pointer(code), "The questionnaire has no item of this code.")
    elif code not in shown:
        yield Fault(pointer(code), "This item is hidden by the other answers; leave it out.")


def _wrong(item: AnyItem, value: Any) -> Iterator[tuple[str, str]]:
    """Pairs of (rest of the pointer, sentence)."""
    match item:
        case Rating():
            yield from _wrong_number(value, item.least, item.most)
        case Recommendation():
            yield from _wrong_number(value, 0, 10)
        case SingleChoice():
            yield from _wrong_option(item, value)
        case MultipleChoice():
            yield from _wrong_options(item, value)
        case Text():
            yield from _wrong_text(item, value)
        case Consent():
            if not isinstance(value, bool):
                yield "", "A consent is true or false."
        case _:
            assert_never(item)


def _wrong_number(value: Any, least: int, most: int) -> Iterator[tuple[str, str]]:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        yield "", f"The answer is a whole number from {least} to {most}."


def _wrong_option(item: SingleChoice | MultipleChoice, value: Any) -> Iterator[tuple[str, str]]:
    codes = [option.code for option in item.options]
    if not isinstance(value, str) or value not in codes:
        yield "", f"The answer is one of {', '.join(codes)}."


def _wrong_options(item: MultipleChoice, value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list) or not value:
        yield "", "The answer is a list of at least one option; leave the item out when none is chosen."
        return
    most = item.most or len(item.options)
    if len(value) > most:
        yield "", f"At most {most} options may be chosen."
        return
    for position, one in enumerate(value):
        yield from ((f"/{position}", detail) for _, detail in _wrong_option(item, one))
        if one in value[:position]:
            yield f"/{position}", "This option is chosen twice."


def _wrong_text(item: Text, value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, str):
        yield "", "The answer is a text."
    elif len(value) > item.longest:
        yield "", f"The text may have at most {item.longest} characters; it has {len(value)}."
    elif "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        yield "", "The text holds a NUL or half a surrogate pair; send well-formed Unicode without NUL."
