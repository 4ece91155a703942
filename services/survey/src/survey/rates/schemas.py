"""Response rates over HTTP."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

SOURCE = (
    "AAPOR Standard Definitions, 10th edition (2023): I complete, P partial, R opted out, O not answered by now, "
    "U undeliverable"
)


class RateOut(BaseModel):
    name: str
    formula: str
    value: float | None
    reason: str | None


class CellOut(BaseModel):
    """What became of the invitations of one stratum.

    Counts of what customers did (``opened`` to ``reminders_missed``) stand in steps of five, and are null from 1 to 4.
    ``not_answered``: expired without any answer; it says nothing about being satisfied. Of an anonymous campaign
    ``complete`` alone is known, and only of the whole. ``reminders_missed`` fell due in time and did not leave, because
    nothing was sent until their invitations had expired.
    """

    stratum: str
    issued: int
    withheld: int
    waiting: int
    sent: int
    delivered: int
    undeliverable: int
    opened: int | None
    partial: int | None
    complete: int | None
    opted_out: int | None
    not_answered: int | None
    reminders_missed: int | None
    quota: int | None
    rates: list[RateOut]


class ResponseRates(BaseModel):
    campaign_id: UUID
    at: datetime
    round: int | None
    confidentiality: str
    steps_of: int
    source: str = SOURCE
    total: CellOut
    strata: list[CellOut]
