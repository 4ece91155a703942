"""Retention over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Kind = Literal["words", "messages", "persons"]


class RuleIn(BaseModel):
    """``words``: the customers' own texts. ``messages``: addresses and texts of what was sent. ``persons``:
    invitations, and what leads from an answer to its customer. The age counts from the day something came or was
    sent; ``months`` null ends a rule. ``document``: by which it was decided.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"kind": "words", "months": 24, "document": "数据保存期限规定 3.2"}},
    )

    kind: Kind
    months: Annotated[int, Field(ge=1, le=1200)] | None
    document: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    valid_from: AwareDatetime | None = None


class RuleOut(BaseModel):
    id: UUID
    kind: Kind
    months: int | None
    valid_from: datetime
    document: str


class RunOut(BaseModel):
    """``ended_at`` null while it goes on; ``destroyed`` counts texts, messages, or answers and invitations."""

    id: UUID
    rule_id: UUID
    kind: Kind
    cutoff: datetime
    destroyed: int
    began_at: datetime
    ended_at: datetime | None
