"""What the work on stages says and is told over HTTP."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from responsibility.orders.schemas import OrderDetail, StageOut
from responsibility.organisation.schemas import Body, EmployeeNumber
from responsibility.stages.gates import Attestation

Reference = Annotated[str, Field(min_length=1, max_length=200, examples=["photo-20260302-0017"])]
Note = Annotated[str, Field(max_length=2000)]


class Told(Body):
    """``happened_at`` may lie back: systems tell late. ``by``: who did it, where a system tells it."""

    happened_at: AwareDatetime | None = None
    by: EmployeeNumber | None = None


class StageStart(Told):
    pass


class CheckIn(Told):
    """``evidence_reference``: where the evidence is kept, never the evidence itself."""

    checkpoint: Annotated[str, Field(max_length=120, examples=["RB-05-READ-G1:A1"])]
    passed: bool
    evidence_reference: Reference
    note: Note | None = None


class AttestIn(Told):
    """``reference``: the number of the report or contract."""

    kind: Attestation
    reference: Reference


class CheckOut(BaseModel):
    """``checkpoint`` is ``<duty>:<code>``; the dimension ``gate`` holds the stage back until it passed."""

    checkpoint: str
    duty: str
    dimension: Literal["gate", "next", "related"]
    state: Literal["open", "passed", "failed"]
    evidence: str
    evidence_reference: str | None
    happened_at: datetime | None
    recorded_by: str | None


class AttestationOut(BaseModel):
    kind: Literal["passed", "signed"]
    reference: str
    happened_at: datetime
    recorded_by: str


class StageDetail(StageOut):
    """``blocked_by``: what keeps it from being handed on."""

    checks: list[CheckOut]
    attestations: list[AttestationOut]
    blocked_by: list[str]


__all__ = ["AttestIn", "AttestationOut", "CheckIn", "CheckOut", "OrderDetail", "StageDetail", "StageStart", "Told"]
