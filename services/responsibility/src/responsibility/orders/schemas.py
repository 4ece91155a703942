"""What orders say and are told over HTTP."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from responsibility.catalogue.document import Area, Basis, Limit, Party, Source, Word
from responsibility.catalogue.routing import Attributes
from responsibility.duties.schemas import SubProcessCode
from responsibility.orders.lifecycle import OrderState, StageState
from responsibility.organisation.schemas import Body, Path

Account = Annotated[str, Field(pattern=r"^\d{6,20}$", examples=["3100000001"])]
OrderNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$", examples=["GD20260302-17"])]
RouteCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,39}$", examples=["ADJUST"])]


class AttributesIn(Body):
    """What the route's limits and conditional stages depend on; ``kinds`` such as important, special_load."""

    source: Source | None = None
    area: Area | None = None
    kinds: list[Word] = Field(default=[], max_length=20)

    def plain(self) -> Attributes:
        return Attributes(self.source, self.area, frozenset(self.kinds))


class OrderIn(Body):
    """Either a route, or the flow (a sub-process) that starts it; a flow without a route runs as one stage.

    ``starts_at``: the start of what the order prepares, such as a planned outage.
    """

    number: OrderNumber | None = None
    route: RouteCode | None = None
    flow: SubProcessCode | None = None
    unit: Path
    account: Account | None = None
    attributes: AttributesIn = AttributesIn()
    opened_at: AwareDatetime | None = None
    starts_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if (self.route is None) == (self.flow is None):
            raise ValueError("name either a route or a flow")
        return self


class OrderCancel(Body):
    happened_at: AwareDatetime | None = None


class StageOut(BaseModel):
    """``began_at`` is when its clock began, ``started_at`` when the post took it up."""

    sub_process: str
    post: str
    unit: str
    step: int
    party: Party
    basis: Basis
    limit: Limit | None
    state: StageState
    began_at: datetime | None
    started_at: datetime | None
    due_at: datetime | None
    handed_at: datetime | None
    late: bool
    returns: int


class OrderOut(BaseModel):
    """``due_at`` counts the utility's time only, unless the route's total covers the whole process."""

    id: UUID
    number: str
    catalogue: str
    route: str | None
    sub_process: str
    unit: str
    account: str | None
    state: OrderState
    opened_at: datetime
    starts_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    late: bool
    incident_id: UUID | None


class OrderDetail(OrderOut):
    stages: list[StageOut]
