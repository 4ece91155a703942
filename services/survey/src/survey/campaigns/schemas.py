"""Campaigns over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from survey.campaigns.lifecycle import Kind, State
from survey.campaigns.occasion import Trigger
from survey.contacts.schemas import Account, Segment, UnitPath
from survey.questionnaires.definition import Code, SubProcess

MOST = 1_000_000
Channel = Literal["email", "gateway", "file"]
Confidentiality = Literal["confidential", "anonymous"]
Stratum = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_/|-]{1,250}$")]
ByStratum = Annotated[dict[Stratum, Annotated[int, Field(ge=0, le=MOST)]], Field(max_length=1000)]


class Frame(BaseModel):
    """The contacts that may be drawn: each condition narrows, an empty one takes all.

    ``units``: subtrees. ``listed``: only accounts on the list uploaded by ``POST /v1/campaigns/{id}/accounts``.
    """

    model_config = ConfigDict(extra="forbid")

    units: Annotated[list[UnitPath], Field(max_length=100)] = []
    segments: Annotated[list[Segment], Field(max_length=100)] = []
    languages: Annotated[list[Literal["zh-CN", "en"]], Field(max_length=2)] = []
    listed: bool = False


class Strata(BaseModel):
    """How the frame is cut before it is drawn from, and how many are drawn from each part.

    A stratum is named by its parts joined with ``|``: ``/city/east/|residential``; ``-`` stands for no segment. The
    district of a unit is its path to ``district_depth``. ``given``: the number of each stratum, for that allocation.
    """

    model_config = ConfigDict(extra="forbid")

    by: Annotated[list[Literal["district", "segment"]], Field(min_length=1, max_length=2)]
    district_depth: Annotated[int, Field(ge=1, le=10)] = 2
    allocation: Literal["proportional", "equal", "given"] = "proportional"
    given: ByStratum = {}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.by)) < len(self.by):
            raise ValueError("Each of 'district' and 'segment' may cut once.")
        if (self.allocation == "given") != bool(self.given):
            raise ValueError("'given' belongs to the allocation 'given': each stratum with its number.")
        return self


class CampaignIn(BaseModel):
    """``share`` or ``size`` of the frame, or of the occasions, is asked, drawn by ``seed``: the same customers again.

    With a ``trigger`` it is asked on occasions; without one and with a ``frame``, once, or, with a period, in rounds;
    without either, by hand. ``sub_processes`` filters orders and cases, empty means all; ``sub_process`` is what an
    outage (which names none) is counted under. ``unit`` bounds whose service is asked about. ``quotas``: complete
    answers wanted by stratum (``all`` where there are none); asking stops in a stratum that has them. ``channels`` in
    order of preference; the customer's own comes first among them. ``lookback_days``: how long ago a customer of the
    service that an action changed may have been served to be asked.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "code": "spring_2026",
                "questionnaire": "after_order",
                "frame": {"units": ["/city/"], "segments": ["residential"]},
                "strata": {"by": ["district"], "allocation": "proportional"},
                "size": 400,
                "seed": "2026",
                "quotas": {"/city/east/": 100},
                "channels": ["gateway", "email"],
                "reminders": 1,
                "remind_after_days": 5,
                "valid_days": 14,
            }
        },
    )

    code: Code
    questionnaire: Code
    trigger: Trigger = "none"
    unit: UnitPath = "/"
    confidentiality: Confidentiality = "confidential"
    sub_processes: Annotated[list[SubProcess], Field(max_length=200)] = []
    sub_process: SubProcess | None = None
    frame: Frame | None = None
    strata: Strata | None = None
    quotas: ByStratum = {}
    share: Annotated[float, Field(ge=0, le=1)] = 1.0
    size: Annotated[int, Field(ge=1, le=10 * MOST)] | None = None
    seed: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7b\x7d\x7e]{1,100}$")] = "1"
    valid_days: Annotated[int, Field(ge=1, le=365)] = 14
    channels: Annotated[list[Channel], Field(min_length=1, max_length=3)] = ["file"]
    reminders: Annotated[int, Field(ge=0, le=5)] = 0
    remind_after_days: Annotated[int, Field(ge=1, le=90)] | None = None
    starts_at: AwareDatetime | None = None
    period_days: Annotated[int, Field(ge=1, le=366)] | None = None
    period_months: Annotated[int, Field(ge=1, le=24)] | None = None
    rounds: Annotated[int, Field(ge=1, le=1000)] | None = None
    lookback_days: Annotated[int, Field(ge=1, le=366)] = 90

    @property
    def kind(self) -> Kind:
        if self.trigger != "none":
            return "triggered"
        if self.frame is None:
            return "by_hand"
        return "periodic" if self.period_days or self.period_months else "one_off"

    @property
    def drawn(self) -> bool:
        """Whether its rounds are drawn from a frame, rather than asked one by one."""
        return self.kind in {"one_off", "periodic"} or self.trigger == "action_done"

    @model_validator(mode="after")
    def _outages_are_counted_somewhere(self) -> Self:
        if self.trigger == "incident_restored" and self.sub_process is None:
            raise ValueError("A campaign after outages names the sub_process that they are counted under.")
        if self.trigger == "incident_restored" and self.sub_processes:
            raise ValueError("Outages name no sub-process to filter by; leave sub_processes empty.")
        return self

    @model_validator(mode="after")
    def _sample_is_one(self) -> Self:
        if (self.size is not None or self.strata) and not self.drawn:
            raise ValueError("'size' and 'strata' belong to a campaign that is drawn from a frame.")
        if self.size is not None and self.share < 1:
            raise ValueError("Give 'size' or 'share', not both.")
        if self.strata and self.strata.given and (self.size is not None or self.share < 1):
            raise ValueError("With the allocation 'given' the strata say how many; leave 'size' and 'share' out.")
        if self.frame is not None and self.frame.listed and self.kind == "triggered":
            raise ValueError("A list of accounts belongs to a campaign without a trigger.")
        return self

    @model_validator(mode="after")
    def _times_belong_to_rounds(self) -> Self:
        if self.period_days and self.period_months:
            raise ValueError("Give 'period_days' or 'period_months', not both.")
        if (self.period_days or self.period_months or self.rounds) and self.kind != "periodic":
            raise ValueError("A period and 'rounds' belong to a campaign with a frame and a period, without a trigger.")
        if self.starts_at is not None and self.kind not in {"one_off", "periodic"}:
            raise ValueError("'starts_at' belongs to a campaign whose rounds are planned, one that has a frame.")
        if bool(self.reminders) != (self.remind_after_days is not None):
            raise ValueError("'reminders' and 'remind_after_days' are given together.")
        return self

    @model_validator(mode="after")
    def _anonymous_is_anonymous(self) -> Self:
        if self.confidentiality == "anonymous" and self.quotas:
            raise ValueError("Who answered an anonymous campaign is not looked at: it has no quotas by stratum.")
        if self.confidentiality == "anonymous" and self.trigger == "case_closed":
            raise ValueError("A follow-up belongs to its case: it cannot be anonymous.")
        if len(set(self.channels)) < len(self.channels):
            raise ValueError("Each channel stands in 'channels' once.")
        return self


class CampaignOut(BaseModel):
    id: UUID
    code: str
    kind: Kind
    state: State
    unit: str
    questionnaire_id: UUID
    confidentiality: Confidentiality
    trigger: Trigger
    sub_processes: list[str]
    sub_process: str | None
    frame: Frame | None
    strata: Strata | None
    quotas: dict[str, int]
    share: float
    size: int | None
    seed: str
    valid_days: int
    channels: list[Channel]
    reminders: int
    remind_after_days: int | None
    starts_at: datetime | None
    period_days: int | None
    period_months: int | None
    rounds: int | None
    lookback_days: int
    created_at: datetime
    activated_at: datetime | None
    closed_at: datetime | None


class AccountsIn(BaseModel):
    """Added to what the list holds already; an account that stands there stays once."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"accounts": ["3100000001"]}})

    accounts: Annotated[list[Account], Field(min_length=1, max_length=50_000)]


class AccountsKept(BaseModel):
    """How many accounts the campaign's list holds."""

    accounts: int
