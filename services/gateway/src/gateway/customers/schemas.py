"""Customers as the customer-service system pushes them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from gateway.accounts.schemas import UnitPath
from gateway.parts.shape import Owner
from kit.addresses.email import address
from kit.addresses.phone import e164

AccountNumber = Annotated[str, Field(pattern=r"^[0-9]{4,20}$", examples=["3100000001"])]
DeviceCode = Annotated[str, Field(pattern=r"^\S{1,100}$", examples=["load-12"])]
Segment = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["residential"])]
Email = Annotated[str, Field(max_length=254, examples=["wang.fang@example.com"]), AfterValidator(address)]
Phone = Annotated[str, Field(max_length=40, examples=["+8613800000001"]), AfterValidator(e164)]


class Customer(BaseModel):
    """``source_version`` grows with each change at the source; an older one changes nothing.

    ``load``, or ``bus`` where one load hangs on it, says where the customer is supplied; neither while that is
    not known. ``preferred_channel``: how the customer likes to be asked. ``segment``: the company's own class of
    customer. ``consent``: may be surveyed at all; ``opt_out``: asked not to be, which nothing overrides.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "source_version": 1,
                "unit": "/city/east/hall-1/",
                "name": "王芳",
                "phone": "+8613800000001",
                "consent": True,
                "load": "load-12",
            }
        },
    )

    source_version: Annotated[int, Field(ge=0, lt=2**63)]
    unit: UnitPath
    name: Annotated[str, Field(min_length=1, max_length=200, examples=["王芳"])] | None = None
    phone: Phone | None = None
    email: Email | None = None
    preferred_channel: Literal["email", "gateway", "file"] | None = None
    language: Literal["zh-CN", "en"] = "zh-CN"
    segment: Segment | None = None
    consent: bool
    opt_out: bool = False
    area: Literal["city", "rural", "remote"] = "city"
    load: DeviceCode | None = None
    bus: DeviceCode | None = None
    important: bool = False
    served_from: AwareDatetime | None = None
    served_to: AwareDatetime | None = None


class CustomerOfMany(Customer):
    account: AccountNumber


class Customers(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[CustomerOfMany], Field(min_length=1, max_length=1000)]


class Taken(BaseModel):
    """``pending``: owners that could not take their part yet; it is kept here and offered until they do."""

    account: str
    source_version: int
    pending: list[Owner]


class TakenMany(BaseModel):
    items: list[Taken]


class Pending(BaseModel):
    """A part that waits for its owner. ``fault`` says what came back last time."""

    id: UUID
    account: str
    owner: Owner
    unit: str
    source_version: int
    attempts: int
    retry_at: datetime
    fault: str | None
