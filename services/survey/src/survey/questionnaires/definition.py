"""What a questionnaire is: its items in their order, and what must fit between them.

A definition is data. It is edited as a draft and never changes once published; see ``lifecycle``. Texts may
still be lacking in a draft; see ``translations``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, Field, JsonValue, model_validator

from survey.questionnaires import branching
from survey.questionnaires.glance import Glance
from survey.questionnaires.items import (
    AnyItem,
    Choice,
    Consent,
    Effort,
    KanoPair,
    LongText,
    Matrix,
    Recommendation,
    Row,
    Scaled,
    ShortText,
    SingleChoice,
)
from survey.questionnaires.kano import HALVES
from survey.questionnaires.marks import Asked, Mark, marks
from survey.questionnaires.terms import Code, Driver, Language, Part, SubProcess, Words

__all__ = ["MOST_ANSWERS", "AnyItem", "Code", "Definition", "Driver", "Language", "SubProcess", "Words"]

MOST_ANSWERS = 100
MOST_PLACES = 100


def _each_once(languages: list[Language]) -> list[Language]:
    if len(set(languages)) < len(languages):
        raise ValueError("Each language of the questionnaire is named once.")
    return languages


def _both() -> list[Language]:
    return ["zh-CN", "en"]


Languages = Annotated[list[Language], Field(min_length=1), AfterValidator(_each_once)]


class Definition(Part):
    """A whole questionnaire. ``introduction`` is the first page: it says who will see the answer."""

    title: Words
    introduction: Words
    languages: Languages = Field(default_factory=_both)
    items: Annotated[list[AnyItem], Field(min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _check_codes(self)
        _check_branching(self)
        _check_drivers(self)
        _check_needs(self)
        _check_questions_asked_once(self)
        return self

    @cached_property
    def by_code(self) -> dict[str, AnyItem]:
        return {item.code: item for item in self.items}

    @cached_property
    def codes(self) -> list[str]:
        """Of all items, each matrix followed by its rows as ``<item>.<row>``."""
        return [code for item in self.items for code in (item.code, *_rows(item))]

    @cached_property
    def conditions(self) -> dict[str, branching.Heard]:
        """What hides items and, as ``<item>.<row>``, rows while it is false; others are always shown."""
        whens = {item.code: item.when for item in self.items}
        whens |= {f"{item.code}.{row.code}": row.when for item in self.items for row in _rows_of(item)}
        return {code: branching.compiled(when) for code, when in whens.items() if when is not None}

    @cached_property
    def glance(self) -> Glance:
        """Says at one look of most answers that they are good."""
        return Glance(self.items, self.conditions)

    @cached_property
    def free_texts(self) -> dict[str, str]:
        """The items by the codes under which their options are explained."""
        return {code: item.code for item in self.items for code in free_texts(item)}

    # What is read from every answer, found once: to ask an item for its class costs more than to read its value.

    @cached_property
    def consents(self) -> dict[str, str]:
        """The items' codes by what they ask."""
        return {item.meaning: item.code for item in self.items if isinstance(item, Consent)}

    @cached_property
    def pairs(self) -> list[KanoPair]:
        return [item for item in self.items if isinstance(item, KanoPair)]

    @cached_property
    def scored(self) -> list[Scaled | SingleChoice]:
        """Those whose answers are counted on 1..5."""
        scaled = [item for item in self.items if isinstance(item, Scaled | SingleChoice)]
        return [item for item in scaled if item.scoring is not None and item.meaning != "importance"]

    @cached_property
    def marks(self) -> list[Mark]:
        """How well something is done."""
        return list(marks(self.items, important=False))

    @cached_property
    def asked(self) -> dict[str | None, tuple[Asked, ...]]:
        """Filled by ``asked_at``."""
        return {}

    def asked_at(self, sub_process: str | None) -> tuple[Asked, ...]:
        """What each value of each mark comes to, for an occasion of that sub-process: found once."""
        found = self.asked.get(sub_process)
        if found is None:
            if len(self.asked) >= MOST_PLACES:
                self.asked.clear()
            found = self.asked[sub_process] = tuple(mark.asked(sub_process) for mark in self.marks)
        return found

    @cached_property
    def weights(self) -> list[Mark]:
        """How much something matters."""
        return list(marks(self.items, important=True))

    @cached_property
    def recommendation(self) -> str:
        """The code of the NPS question, "" where there is none; so with ``effort``."""
        return next((item.code for item in self.items if isinstance(item, Recommendation)), "")

    @cached_property
    def effort(self) -> str:
        return next((item.code for item in self.items if isinstance(item, Effort)), "")

    @cached_property
    def solved(self) -> list[str]:
        return [item.code for item in self.items if isinstance(item, SingleChoice) and item.meaning == "solved"]

    @cached_property
    def texts(self) -> list[str]:
        """The codes of the customer's own words."""
        return [*(item.code for item in self.items if isinstance(item, ShortText | LongText)), *self.free_texts]

    def item(self, code: str) -> AnyItem | None:
        """The item of that code, None when there is none."""
        return self.by_code.get(code)

    def needs(self) -> Iterator[tuple[str, str]]:
        """Pairs of (JSON pointer into the definition, need that is named there)."""
        for place, item in enumerate(self.items):
            if item.need is not None:
                yield f"/items/{place}/need", item.need
            for row_place, row in enumerate(_rows_of(item)):
                if row.need is not None:
                    yield f"/items/{place}/rows/{row_place}/need", row.need


def free_texts(item: AnyItem) -> list[str]:
    """The codes under which the options of an item may be explained in the customer's own words."""
    if not isinstance(item, Choice):
        return []
    return [f"{item.code}.{option.code}" for option in item.options if option.free_text]


def _check_codes(definition: Definition) -> None:
    twice = _twice(item.code for item in definition.items)
    if twice:
        raise ValueError(f"Each item needs a code of its own; twice there: {', '.join(twice)}.")
    answers = len(definition.items) + len(definition.free_texts)
    if answers > MOST_ANSWERS:
        raise ValueError(f"Items and options with free text are {answers}; an answer holds at most {MOST_ANSWERS}.")


def _check_branching(definition: Definition) -> None:
    before: set[str] = set()
    for item in definition.items:
        _check_rule(item.code, item.when, before)
        for row in _rows_of(item):
            _check_rule(f"{item.code}.{row.code}", row.when, before)
        before |= set(_readable(item))


def _check_rule(code: str, rule: JsonValue, before: set[str]) -> None:
    if rule is None:
        return
    later = sorted(set(branching.variables(rule)) - before)
    if later:
        raise ValueError(f"'when' of {code!r} may read earlier items only, not {', '.join(later)}.")


def _readable(item: AnyItem) -> Iterator[str]:
    yield item.code
    yield from _rows(item)
    if isinstance(item, KanoPair):
        yield from (f"{item.code}.{half}" for half in HALVES)


def _rows(item: AnyItem) -> list[str]:
    return [f"{item.code}.{row.code}" for row in _rows_of(item)]


def _rows_of(item: AnyItem) -> list[Row]:
    return item.rows if isinstance(item, Matrix) else []


def _check_drivers(definition: Definition) -> None:
    """One scored item per driver: so the n of a figure counts respondents, not answers."""
    twice = _twice(driver for item in definition.items for driver in _drivers(item))
    if twice:
        raise ValueError(f"A driver is scored by one item; scored twice: {', '.join(twice)}.")


def _drivers(item: AnyItem) -> Iterator[str]:
    if not isinstance(item, Scaled | SingleChoice) or item.scoring is None or item.meaning == "importance":
        return
    if isinstance(item, Matrix):
        yield from (row.driver for row in item.rows if row.driver)
    else:
        yield item.driver or "overall"


def _check_needs(definition: Definition) -> None:
    """One Kano pair and one question for importance per need, for the same reason."""
    twice = _twice(item.need for item in definition.items if isinstance(item, KanoPair))
    if twice:
        raise ValueError(f"A need has one Kano pair; more ask about {', '.join(twice)}.")
    twice = _twice(need for item in definition.items for need in _important(item))
    if twice:
        raise ValueError(f"The importance of a need is asked once; asked twice: {', '.join(twice)}.")


def _important(item: AnyItem) -> Iterator[str]:
    if isinstance(item, Scaled) and item.meaning == "importance":
        asked = item.rows if isinstance(item, Matrix) else [item]
        yield from (one.need for one in asked if one.need)


def _check_questions_asked_once(definition: Definition) -> None:
    kinds = (item.type for item in definition.items if isinstance(item, Recommendation | Effort))
    consents = (item.meaning for item in definition.items if isinstance(item, Consent))
    twice = _twice([*kinds, *consents])
    if twice:
        raise ValueError(f"A questionnaire asks these once, not twice: {', '.join(twice)}.")


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, count in Counter(names).items() if count > 1)
