"""What requests say and are told over HTTP."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from responsibility.duties.schemas import SubProcessCode
from responsibility.orders.schemas import Account, AttributesIn, OrderNumber, RouteCode
from responsibility.organisation.schemas import Body, EmployeeNumber, Path
from responsibility.requests.lifecycle import Kind, RequestState, Source

Note = Annotated[str, Field(max_length=2000)]


class RequestIn(Body):
    """``first_employee`` took the matter and stays answerable; ``route`` opens the order that serves it.

    A fault is a trouble call: it goes to ``/v1/trouble-calls``.
    """

    number: OrderNumber | None = None
    source: Source
    kind: Kind
    unit: Path
    account: Account | None = None
    sub_process: SubProcessCode | None = None
    first_employee: EmployeeNumber | None = None
    route: RouteCode | None = None
    attributes: AttributesIn = AttributesIn()
    opened_at: AwareDatetime | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _no_fault(self) -> Self:
        if self.route == "FAULT":
            raise ValueError("a fault is told to /v1/trouble-calls; its order is opened from there")
        return self


class RequestMove(Body):
    happened_at: AwareDatetime | None = None


class RequestOut(BaseModel):
    id: UUID
    number: str
    source: Source
    kind: Kind
    sub_process: str
    unit: str
    account: str | None
    first_employee: str
    state: RequestState
    order_id: UUID | None
    opened_at: datetime
    due_at: datetime
    done_at: datetime | None
