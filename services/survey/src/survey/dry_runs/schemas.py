"""Dry runs and sample sizes over HTTP."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from survey.contacts.schemas import Account

Reason = Literal[
    "other_unit",
    "other_segment",
    "other_language",
    "not_listed",
    "not_served",
    "opted_out",
    "no_consent",
    "unreachable",
    "resting",
    "quota_full",
    "not_drawn",
]


class StratumDrawn(BaseModel):
    """``may_be_asked``: contacts of the frame that nothing keeps from being asked; ``asked`` of them are drawn."""

    stratum: str
    may_be_asked: int
    asked: int


class SomeAccount(BaseModel):
    """``reason``: why this customer would not be asked; null for one who would."""

    account: str
    stratum: str
    reason: Reason | None


class DryRunIn(BaseModel):
    """``accounts``: which page of accounts to show beside the counts, to those who may see them."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"accounts": "asked", "limit": 50, "after": None}}
    )

    accounts: Literal["none", "asked", "not_asked"] = "none"
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Account | None = None


class DryRun(BaseModel):
    """Whom of its ``population``, the contacts of its unit, it would ask ``at`` this time; why not the others.

    ``accounts`` is null for those who may not see who is asked.
    """

    at: datetime
    population: int
    asked: int
    strata: list[StratumDrawn]
    not_asked: dict[Reason, int]
    accounts: list[SomeAccount] | None
    next: str | None


class SampleSize(BaseModel):
    """``formula`` with its parameters, so that the number can be checked by hand."""

    formula: str = "n = z2 N p q / (d2 (N-1) + z2 p q), rounded up"
    population: int
    margin: float
    confidence: float
    proportion: float
    answers: int
    response_rate: float
    invitations: int
