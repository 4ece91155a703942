"""What actions say and are told over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from responsibility.actions.models import ActionKind, ActionState
from responsibility.organisation.schemas import Body, EmployeeNumber, Path, PostCode

Task = Annotated[str, Field(min_length=3, max_length=4000)]
Evidence = Annotated[str, Field(min_length=1, max_length=200)]


class ActionIn(Body):
    """Owned by a post in a unit, by an employee where one is named. ``task`` is kept sealed."""

    kind: ActionKind
    task: Task
    post: PostCode
    unit: Path | None = None
    employee: EmployeeNumber | None = None
    due_at: AwareDatetime


class ActionDoneIn(Body):
    """``started_at`` splits before from after: answers from before it are the comparison."""

    started_at: AwareDatetime | None = None
    done_at: AwareDatetime | None = None
    evidence: Evidence


class ActionOut(BaseModel):
    id: UUID
    finding_id: UUID
    unit: str
    kind: ActionKind
    post: str
    employee: str | None
    task: str
    state: ActionState
    due_at: datetime
    late: bool
    started_at: datetime | None
    done_at: datetime | None
    done_by: str | None
    evidence: str | None
