"""What findings and actions say and are told over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from kit.contracts.survey import Driver
from responsibility.actions.schemas import ActionIn, ActionOut
from responsibility.catalogue.document import Word
from responsibility.duties.schemas import DutyCode, SubProcessCode
from responsibility.findings.effect import Verdict
from responsibility.findings.lifecycle import FindingState, Outcome, RootCause
from responsibility.findings.models import Origin
from responsibility.organisation.schemas import Body, EmployeeNumber, Path, PostCode

Note = Annotated[str, Field(min_length=3, max_length=4000)]


class FindingIn(Body):
    """``cause``: a word that gathers what looks alike, such as ``misread_meter``."""

    unit: Path
    sub_process: SubProcessCode
    cause: Word
    driver: Driver | None = None
    owner: EmployeeNumber | None = None
    cases: list[UUID] = Field(default=[], max_length=200)


class FindingMove(Body):
    happened_at: AwareDatetime | None = None


class AttachIn(Body):
    case_id: UUID


class ContainIn(FindingMove):
    """What stops the hurt at once, before anything is understood. Kept sealed."""

    note: Note


class Why(Body):
    why: Note
    because: Note


class AnalyseIn(FindingMove):
    """The chain of whys down to one of the four root causes; ``post`` and ``duty`` where it lies. Sealed."""

    why: list[Why] = Field(min_length=1, max_length=10)
    root_cause: RootCause
    post: PostCode
    duty: DutyCode | None = None


class PlanIn(FindingMove):
    """``owner`` answers for the finding; by default whoever plans."""

    owner: EmployeeNumber | None = None
    actions: list[ActionIn] = Field(min_length=1, max_length=50)


class VerifyIn(FindingMove):
    """Whether what was planned is really done; by somebody else than the owner."""

    effective: bool
    note: Note | None = None


class CloseIn(FindingMove):
    """Only where no effect can be measured; a proven effect closes a finding by itself."""

    outcome: Literal["effect_not_measurable"]
    reason: Note


class ReopenIn(FindingMove):
    reason: Note


class FindingOut(BaseModel):
    id: UUID
    number: str
    unit: str
    sub_process: str
    cause: str
    driver: str | None
    origin: Origin
    state: FindingState
    owner: str | None
    opened_at: datetime
    contained_at: datetime | None
    analysed_at: datetime | None
    root_cause: RootCause | None
    post: str | None
    duty: str | None
    verified_by: str | None
    verified_at: datetime | None
    before_to: datetime | None
    effective_at: datetime | None
    minimum_n: int | None
    outcome: Outcome | None
    closed_by: str | None
    closed_at: datetime | None
    reopened: int


class EffectOut(BaseModel):
    """Later customers minus earlier ones, as survey measured it."""

    measured_at: datetime
    split_at: datetime
    n_before: int
    n_after: int
    mean_before: float | None
    mean_after: float | None
    difference: float | None
    low: float | None
    high: float | None
    confidence: float
    method: str
    caveat: str | None
    verdict: Verdict


class FindingDetail(FindingOut):
    """``cases``: those attached that the reader may see, ``case_count``: all of them."""

    containment: str | None
    why: list[Why]
    reason: str | None
    case_count: int
    cases: list[UUID]
    actions: list[ActionOut]
    effects: list[EffectOut]

    @model_validator(mode="after")
    def _counts_fit(self) -> Self:
        if self.case_count < len(self.cases):
            raise ValueError("more cases shown than counted")
        return self
