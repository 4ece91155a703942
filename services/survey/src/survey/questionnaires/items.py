"""The types of items, and what each of them stands for."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, JsonValue, StringConstraints, model_validator

from survey.questionnaires import branching
from survey.questionnaires.kano import FEELINGS, LABELS, Feeling
from survey.questionnaires.terms import Code, Driver, Part, SubProcess, Words

LONGEST_TEXT = 4000
LONGEST_LINE = 200
FURTHEST = 1e12

Value = Annotated[str, StringConstraints(pattern=r"^\d{1,2}$")]
Scored = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]


def _sound(rule: JsonValue) -> JsonValue:
    if rule is not None:
        branching.check(rule)
    return rule


Rule = Annotated[JsonValue, AfterValidator(_sound)]
Bound = Annotated[float, Field(ge=-FURTHEST, le=FURTHEST, allow_inf_nan=False)]


class Scoring(Part):
    """How an answer becomes 1..5, and from where downward it is low.

    ``linear`` stretches the item's own scale onto 1..5; ``table`` names the score of each value or option.
    """

    kind: Literal["linear", "table"] = "linear"
    table: dict[Scored, Annotated[float, Field(ge=1, le=5)]] = Field(default_factory=dict)
    low_at: Annotated[float, Field(ge=1, le=5)] = 2


class Option(Part):
    """``exclusive`` stands alone ("none of these"); ``free_text`` may be explained in the customer's own words.

    Those words are an answer of their own under ``<item>.<option>``: personal as every text is.
    """

    code: Code
    text: Words
    exclusive: bool = False
    free_text: bool = False


class Item(Part):
    """What every item has. ``when`` hides it while it is false; ``driver`` None marks an overall score."""

    code: Code
    text: Words
    required: bool = False
    when: Rule = None
    driver: Driver | None = None
    need: Code | None = None
    sub_process: SubProcess | None = None


class Scaled(Item):
    """Whole numbers from ``least`` to ``most``, the best last; with ``scoring`` they are counted.

    ``meaning`` importance: it asks how much the need matters, not how well it is met.
    """

    least: Annotated[int, Field(ge=0, le=10)] = 1
    most: Annotated[int, Field(ge=1, le=10)] = 5
    labels: dict[Value, Words] = Field(default_factory=dict)
    scoring: Scoring | None = Scoring()
    meaning: Literal["importance"] | None = None

    @model_validator(mode="after")
    def _one_scale(self) -> Self:
        if self.least >= self.most:
            raise ValueError(f"The scale of {self.code!r} must grow: least {self.least}, most {self.most}.")
        values = {str(value) for value in range(self.least, self.most + 1)}
        strange = sorted((set(self.labels) | set(self.scoring.table if self.scoring else ())) - values)
        if strange:
            raise ValueError(f"The scale of {self.code!r} goes from {self.least} to {self.most}, without {strange[0]}.")
        return self


class Rating(Scaled):
    type: Literal["rating"]

    @model_validator(mode="after")
    def _important_to_a_need(self) -> Self:
        if self.meaning == "importance" and (self.need is None or self.driver or self.scoring is None):
            raise ValueError(f"{self.code!r} asks for importance: it names a need and no driver, and is scored.")
        return self


class Satisfaction(Scaled):
    """CSAT: how satisfied, 1..5."""

    type: Literal["csat"]
    least: Literal[1] = 1
    most: Literal[5] = 5
    meaning: None = None


class Effort(Scaled):
    """CES 2.0: "it was made easy for me", 1..7. An effort is never an overall score."""

    type: Literal["ces"]
    least: Literal[1] = 1
    most: Literal[7] = 7
    meaning: None = None
    driver: Driver = "convenience"


class Recommendation(Item):
    """The NPS question: would you recommend us, 0..10. Counted as NPS, never as a five-point score."""

    type: Literal["nps"]


class Row(Part):
    """One line of a matrix. Without a driver it is counted for its need alone, never as an overall score."""

    code: Code
    text: Words
    when: Rule = None
    driver: Driver | None = None
    need: Code | None = None
    sub_process: SubProcess | None = None


class Matrix(Scaled):
    """Several rows on one scale; the answer is an object of values by row. Required: each row that is shown."""

    type: Literal["matrix"]
    rows: Annotated[list[Row], Field(min_length=1, max_length=30)]

    @model_validator(mode="after")
    def _rows_speak(self) -> Self:
        _distinct("rows", self.code, [row.code for row in self.rows])
        if self.driver or self.need or self.sub_process:
            raise ValueError(f"Driver, need and sub-process of {self.code!r} are said by its rows.")
        if self.meaning == "importance" and (self.scoring is None or not all(row.need for row in self.rows)):
            raise ValueError(f"{self.code!r} asks for importance: each row names a need, and it is scored.")
        if self.meaning == "importance" and any(row.driver for row in self.rows):
            raise ValueError(f"{self.code!r} asks for importance: its rows speak for no driver.")
        return self


class KanoPair(Item):
    """How would it be with the feature (``functional``), and without: five answers each, about one need.

    ``labels``: the wording of the five answers, by default the usual one.
    """

    type: Literal["kano"]
    need: Code
    functional: Words
    dysfunctional: Words
    labels: dict[Feeling, Words] = LABELS

    @model_validator(mode="after")
    def _five_answers(self) -> Self:
        if set(self.labels) != set(FEELINGS):
            raise ValueError(f"The labels of {self.code!r} word each of {', '.join(FEELINGS)}.")
        return self


class Choice(Item):
    """Options to choose from."""

    options: Annotated[list[Option], Field(min_length=2, max_length=50)]
    longest_free_text: Annotated[int, Field(ge=1, le=LONGEST_TEXT)] = LONGEST_LINE

    @model_validator(mode="after")
    def _options_differ(self) -> Self:
        _distinct("options", self.code, [option.code for option in self.options])
        return self


class SingleChoice(Choice):
    """One of the options. ``meaning`` marks the follow-up's question whether the matter was solved."""

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


class Number(Item):
    """A number from ``least`` to ``most`` with at most ``decimals`` decimal places; ``unit`` is shown beside it."""

    type: Literal["number"]
    least: Bound = 0
    most: Bound = 1e9
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    unit: Words = Field(default_factory=dict)

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.least >= self.most:
            raise ValueError(f"The bounds of {self.code!r} must grow: least {self.least:g}, most {self.most:g}.")
        return self


class Day(Item):
    """A calendar day; both bounds belong to it."""

    type: Literal["date"]
    earliest: date = date(1900, 1, 1)
    latest: date = date(2100, 12, 31)

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.earliest > self.latest:
            raise ValueError(f"The earliest day of {self.code!r} must not be after its latest.")
        return self


class ShortText(Item):
    """One line in the customer's own words: personal as every text."""

    type: Literal["short_text"]
    longest: Annotated[int, Field(ge=1, le=LONGEST_LINE)] = LONGEST_LINE


class LongText(Item):
    """The customer's own words. They are personal: stored sealed, never in events or logs."""

    type: Literal["text", "long_text"]
    longest: Annotated[int, Field(ge=1, le=LONGEST_TEXT)] = 1000


class Consent(Item):
    """May we contact you; may the unit that served you know it was you."""

    type: Literal["consent"]
    meaning: Literal["may_contact", "unit_may_know"]


AnyItem = Annotated[
    Rating
    | Satisfaction
    | Effort
    | Recommendation
    | Matrix
    | KanoPair
    | SingleChoice
    | MultipleChoice
    | Number
    | Day
    | ShortText
    | LongText
    | Consent,
    Field(discriminator="type"),
]


def _distinct(what: str, code: str, codes: list[str]) -> None:
    if len(set(codes)) < len(codes):
        raise ValueError(f"Two {what} of {code!r} have the same code.")
