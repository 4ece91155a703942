"""Honesty over HTTP."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from kit.addresses.phone import e164

Month = Annotated[str, StringConstraints(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
Phone = Annotated[str, StringConstraints(min_length=3, max_length=40), AfterValidator(e164)]


class StaffNumbersIn(BaseModel):
    """All telephone numbers of the staff: they replace those known before and are kept as keyed hashes only."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"numbers": ["+8613800000001"]}})

    numbers: Annotated[list[Phone], Field(max_length=50_000)]


class StaffNumbersOut(BaseModel):
    known: int


class RunIn(BaseModel):
    """The month, of the company's local days, whose answers are looked through; it must have ended."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"month": "2026-02"}})

    month: Month


class RunStarted(BaseModel):
    job: UUID


class JumpOut(BaseModel):
    """Shares of fives before and in the last days of the month, in whole per cent; ``z``: two proportions, pooled."""

    before: float
    last: float
    z: float
    flagged: bool


class UnitHonesty(BaseModel):
    """Counts stand in whole steps of five; ``reasons``: answers by reason, one may have several.

    What is null is withheld for the ``reason`` given. ``jump`` is null too where either part has fewer than five.
    """

    unit: str
    answers: int | None
    flagged: int | None
    reasons: dict[str, int] | None
    jump: JumpOut | None
    reason: str | None


class HonestyOut(BaseModel):
    """``rules`` says what is flagged, with the limits that were used. ``scores``: the figures with and without.

    Of anonymous answers neither customer, device nor times are known: they are not looked through.
    """

    month: str
    time_zone: str
    steps_of: int
    scores: str
    rules: dict[str, str]
    items: list[UnitHonesty]
