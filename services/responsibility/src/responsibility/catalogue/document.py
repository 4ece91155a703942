"""The process catalogue as a document: its shape, one class per thing it names."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

TimeUnit = Literal["working_day", "day", "hour", "minute"]
Party = Literal["utility", "customer", "third_party"]
Source = Literal["single", "dual"]
Area = Literal["city", "rural", "remote"]
Basis = Literal["each_case", "monthly_average"]

Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
SubProcessCode = Annotated[str, Field(pattern=r"^[A-Z]{2}-\d{2}$")]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(Entry):
    zh: Name
    en: Name


class Coded(Named):
    code: Word


class RootCauseEntry(Named):
    code: Literal["RC1", "RC2", "RC3", "RC4"]


class PostEntry(Named):
    code: Code
    tier: Literal["frontline", "specialist", "manager", "leader"]


class SubProcess(Named):
    """``risk`` 1..3 is the effect on the customer."""

    code: SubProcessCode
    kind: Literal["stage", "flow", "periodic"]
    post: Code
    risk: Annotated[int, Field(ge=1, le=3)]
    customer_facing: bool


class MainProcess(Named):
    code: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    sub_processes: list[SubProcess] = Field(min_length=1)


class When(Entry):
    """The orders for which a limit is meant: by number of supply sources, by area, or both."""

    source: Source | None = None
    area: Area | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "When":
        if self.source is None and self.area is None:
            raise ValueError("'when' must name a source or an area, or be left out")
        return self


class Limit(Entry):
    """``before: start`` counts backwards from the start of what the order prepares."""

    amount: Annotated[int, Field(ge=1, le=1000)]
    unit: TimeUnit
    when: When | None = None
    before: Literal["start"] | None = None


class Total(Entry):
    """``whole_process`` counts every party's time, not the utility's alone."""

    source: Literal["promise", "suggested"]
    limits: list[Limit] = Field(min_length=1)
    whole_process: bool = False


class HardGate(Entry):
    """Stages that must have been passed or signed before this one begins. Nobody can waive it."""

    passed: list[SubProcessCode] = []
    signed: list[SubProcessCode] = []

    @model_validator(mode="after")
    def _names_a_stage(self) -> "HardGate":
        if not self.passed and not self.signed:
            raise ValueError("a hard gate must name a stage under 'passed' or 'signed'")
        return self


class RouteStage(Entry):
    sub_process: SubProcessCode
    party: Party = "utility"
    source: Literal["promise", "suggested"] | None = None
    basis: Basis = "each_case"
    limits: list[Limit] = []
    only_for: list[Word] = []
    parallel: SubProcessCode | None = None
    hard_gate: HardGate | None = None


class Branch(Entry):
    """What a trigger during the flow starts: another route's order, or a finding in a sub-process."""

    trigger: Word
    order: Code | None = None
    finding: SubProcessCode | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "Branch":
        if (self.order is None) == (self.finding is None):
            raise ValueError("a branch must name either an order or a finding")
        return self


class Route(Named):
    code: Code
    flow: SubProcessCode | None = None
    cycle: Literal["month", "quarter", "year"] | None = None
    total: Total | None = None
    stages: list[RouteStage] = Field(min_length=1)
    branches: list[Branch] = []


class Catalogue(Entry):
    schema_version: Literal[1]
    catalogue_version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,30}$")]
    valid_from: date
    root_causes: list[RootCauseEntry]
    review_levels: list[Coded]
    duty_dimensions: list[Coded]
    posts: list[PostEntry] = Field(min_length=1)
    main_processes: list[MainProcess] = Field(min_length=1)
    routes: list[Route]

    def sub_processes(self) -> dict[str, SubProcess]:
        return {sub.code: sub for main in self.main_processes for sub in main.sub_processes}
