"""What a questionnaire is: its items, their languages, and what each item stands for.

A definition is data. It is edited as a draft and never changes once published; see ``lifecycle``.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from survey.questionnaires import branching

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
SubProcess = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-\d{2}$")]
Language = Literal["zh-CN", "en"]
Driver = Literal[
    "staff_conduct",
    "staff_skill",
    "reliability",
    "emergency_response",
    "billing_accuracy",
    "problem_solving",
    "convenience",
    "price",
    "information",
]
Words = dict[Language, Annotated[str, StringConstraints(min_length=1, max_length=2000)]]

LONGEST_TEXT = 4000


class Part(BaseModel):
    """One piece of a definition; unknown fields are refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Scoring(Part):
    """How an answer becomes 1..5, and from where downward it is low.

    ``linear`` stretches the item's own scale onto 1..5; ``table`` names the score of each value or option.
    """

    kind: Literal["linear", "table"] = "linear"
    table: dict[str, Annotated[float, Field(ge=1, le=5)]] = {}
    low_at: Annotated[float, Field(ge=1, le=5)] = 2


class Option(Part):
    code: Code
    text: Words


class Item(Part):
    """What every item has. ``when`` hides it while it is false; ``driver`` None marks an overall score."""

    code: Code
    text: Words
    required: bool = False
    when: JsonValue = None
    driver: Driver | None = None
    need: Code | None = None
    sub_process: SubProcess | None = None


class Rating(Item):
    """A whole number from ``least`` to ``most``, the best last; with ``scoring`` it is counted."""

    type: Literal["rating"]
    least: Annotated[int, Field(ge=0, le=10)] = 1
    most: Annotated[int, Field(ge=1, le=10)] = 5
    labels: dict[str, Words] = {}
    scoring: Scoring | None = Scoring()

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.least >= self.most:
            raise ValueError(f"The scale of {self.code!r} must grow: least {self.least}, most {self.most}.")
        return self


class Recommendation(Item):
    """The NPS question: would you recommend us, 0..10. Counted as NPS, never as a five-point score."""

    type: Literal["nps"]


class Choice(Item):
    """Options to choose from. ``meaning`` marks the follow-up's question whether the matter was solved."""

    options: Annotated[list[Option], Field(min_length=2, max_length=50)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        codes = [option.code for option in self.options]
        if len(set(codes)) < len(codes):
            raise ValueError(f"Two options of {self.code!r} have the same code.")
        return self


class SingleChoice(Choice):
    type: Literal["single_choice"]
    meaning: Literal["solved"] | None = None
    scoring: Scoring | None = None

    @model_validator(mode="after")
    def _speaks_of_its_options(self) -> Self:
        codes = {option.code for option in self.options}
        if self.scoring and (self.scoring.kind != "table" or set(self.scoring.table) != codes):
            raise ValueError(f"The scoring of {self.code!r} must be a table naming each option once.")
        if self.meaning == "solved" and codes != {"yes", "no"}:
            raise ValueError(f"{self.code!r} asks whether the matter was solved: its options are yes and no.")
        return self


class MultipleChoice(Choice):
    type: Literal["multiple_choice"]
    most: Annotated[int, Field(ge=1, le=50)] | None = None


class Text(Item):
    """The customer's own words. They are personal: stored sealed, never in events or logs."""

    type: Literal["text"]
    longest: Annotated[int, Field(ge=1, le=LONGEST_TEXT)] = 1000


class Consent(Item):
    """May we contact you; may the unit that served you know it was you."""

    type: Literal["consent"]
    meaning: Literal["may_contact", "unit_may_know"]


AnyItem = Annotated[
    Rating | Recommendation | SingleChoice | MultipleChoice | Text | Consent, Field(discriminator="type")
]


class Definition(Part):
    """A whole questionnaire. ``introduction`` is the first page: it says who will see the answer."""

    title: Words
    introduction: Words
    languages: Annotated[list[Language], Field(min_length=1)] = ["zh-CN", "en"]
    items: Annotated[list[AnyItem], Field(min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _check_codes(self)
        _check_branching(self)
        _check_languages(self)
        _check_drivers(self)
        return self

    def item(self, code: str) -> AnyItem | None:
        """The item of that code, None when there is none."""
        return next((item for item in self.items if item.code == code), None)


def _check_codes(definition: Definition) -> None:
    codes = [item.code for item in definition.items]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise ValueError(f"Each item needs a code of its own; twice there: {', '.join(twice)}.")


def _check_branching(definition: Definition) -> None:
    before: set[str] = set()
    for item in definition.items:
        if item.when is not None:
            branching.check(item.when)
            later = sorted(set(branching.variables(item.when)) - before)
            if later:
                raise ValueError(f"'when' of {item.code!r} may read earlier items only, not {', '.join(later)}.")
        before.add(item.code)


def _check_languages(definition: Definition) -> None:
    for where, words in _all_words(definition):
        lacking = [language for language in definition.languages if language not in words]
        if lacking:
            raise ValueError(f"{where} lacks its text in {', '.join(lacking)}.")


def _all_words(definition: Definition) -> list[tuple[str, Words]]:
    found = [("The title", definition.title), ("The introduction", definition.introduction)]
    for item in definition.items:
        found.append((f"Item {item.code!r}", item.text))
        if isinstance(item, Choice):
            found += [(f"Option {option.code!r} of {item.code!r}", option.text) for option in item.options]
        if isinstance(item, Rating):
            found += [(f"Label {value} of {item.code!r}", words) for value, words in item.labels.items()]
    return found


def _check_drivers(definition: Definition) -> None:
    """One scored item per driver: so the n of a figure counts respondents, not answers."""
    drivers = [item.driver for item in definition.items if getattr(item, "scoring", None)]
    twice = sorted({driver or "overall" for driver in drivers if drivers.count(driver) > 1})
    if twice:
        raise ValueError(f"A driver is scored by one item; scored twice: {', '.join(twice)}.")
