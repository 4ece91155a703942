"""Which texts a questionnaire has, and which of its languages lack some."""

from collections.abc import Iterator
from dataclasses import dataclass

from survey.questionnaires.definition import Definition
from survey.questionnaires.items import AnyItem, Choice, KanoPair, Matrix, Number, Scaled
from survey.questionnaires.terms import Language, Words


@dataclass(frozen=True, slots=True)
class Translation:
    """One language: how many texts it should have, and JSON pointers into the definition to those that it lacks."""

    language: Language
    texts: int
    lacking: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.lacking


def translations(definition: Definition) -> list[Translation]:
    """Each language of the questionnaire, in its order."""
    found = list(texts(definition))
    return [
        Translation(
            language, len(found), tuple(f"{pointer}/{language}" for pointer, words in found if language not in words)
        )
        for language in definition.languages
    ]


def texts(definition: Definition) -> Iterator[tuple[str, Words]]:
    """Pairs of (JSON pointer, text by language) of all that a customer reads, in the order of the definition."""
    yield "/title", definition.title
    yield "/introduction", definition.introduction
    for place, item in enumerate(definition.items):
        for rest, words in _of_item(item):
            yield f"/items/{place}{rest}", words


def _of_item(item: AnyItem) -> Iterator[tuple[str, Words]]:
    yield "/text", item.text
    if isinstance(item, Scaled | KanoPair):
        yield from ((f"/labels/{value}", words) for value, words in item.labels.items())
    if isinstance(item, Matrix):
        yield from ((f"/rows/{place}/text", row.text) for place, row in enumerate(item.rows))
    if isinstance(item, Choice):
        yield from ((f"/options/{place}/text", option.text) for place, option in enumerate(item.options))
    if isinstance(item, KanoPair):
        yield "/functional", item.functional
        yield "/dysfunctional", item.dysfunctional
    if isinstance(item, Number) and item.unit:
        yield "/unit", item.unit
