"""Campaigns over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from survey.campaigns.lifecycle import State
from survey.campaigns.occasion import Trigger
from survey.contacts.schemas import UnitPath
from survey.questionnaires.definition import Code, SubProcess


class CampaignIn(BaseModel):
    """``share`` of the occasions is asked, drawn by ``seed``: the same seed draws the same customers.

    ``sub_processes`` filters orders and cases, empty means all; ``sub_process`` is what an outage (which names none)
    is counted under. ``unit`` bounds whose service is asked about.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "code": "after_order",
                "questionnaire": "after_order",
                "trigger": "order_completed",
                "sub_processes": [],
                "share": 1.0,
                "seed": "2026",
                "valid_days": 14,
            }
        },
    )

    code: Code
    questionnaire: Code
    trigger: Trigger
    unit: UnitPath = "/"
    sub_processes: Annotated[list[SubProcess], Field(max_length=200)] = []
    sub_process: SubProcess | None = None
    share: Annotated[float, Field(ge=0, le=1)] = 1.0
    seed: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,100}$")] = "1"
    valid_days: Annotated[int, Field(ge=1, le=365)] = 14
    channel: Literal["file"] = "file"

    @model_validator(mode="after")
    def _outages_are_counted_somewhere(self) -> Self:
        if self.trigger == "incident_restored" and self.sub_process is None:
            raise ValueError("A campaign after outages names the sub_process that they are counted under.")
        if self.trigger == "incident_restored" and self.sub_processes:
            raise ValueError("Outages name no sub-process to filter by; leave sub_processes empty.")
        return self


class CampaignOut(BaseModel):
    id: UUID
    code: str
    state: State
    unit: str
    questionnaire_id: UUID
    trigger: Trigger
    sub_processes: list[str]
    sub_process: str | None
    share: float
    seed: str
    valid_days: int
    channel: str
    created_at: datetime
    activated_at: datetime | None
    closed_at: datetime | None
