"""Contacts over HTTP."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from kit.addresses.email import address
from kit.addresses.phone import e164

Account = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,20}$")]
UnitPath = Annotated[str, StringConstraints(pattern=r"^/([a-z0-9][a-z0-9_-]*/)*$", max_length=200)]
Segment = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(e164)]

Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(address)]


class ContactIn(BaseModel):
    """``source_version`` grows with each change at the source; an older one is ignored.

    ``segment``: the utility's own class of customer. ``consent``: the customer may be surveyed at all.
    ``opt_out``: he asked not to be, which nothing overrides. ``preferred_channel``: how he likes to be asked.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "source_version": 1,
                "unit": "/city/east/",
                "name": "王芳",
                "phone": "+8613800000001",
                "email": "wang.fang@example.com",
                "preferred_channel": "email",
                "language": "zh-CN",
                "segment": "residential",
                "opt_out": False,
                "consent": True,
            }
        },
    )

    source_version: Annotated[int, Field(ge=0, lt=2**63)]
    unit: UnitPath = "/"
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    phone: Phone | None = None
    email: Email | None = None
    preferred_channel: Literal["email", "gateway", "file"] | None = None
    language: Literal["zh-CN", "en"] = "zh-CN"
    segment: Segment | None = None
    opt_out: bool = False
    consent: bool


class ContactState(BaseModel):
    """What is kept of the push: no personal data."""

    account: str
    source_version: int
    updated_at: datetime


class ContactOfMany(ContactIn):
    account: Account


class ContactsIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[ContactOfMany], Field(min_length=1, max_length=1000)]

    @field_validator("items")
    @classmethod
    def _one_push_per_account(cls, items: list[ContactOfMany]) -> list[ContactOfMany]:
        twice = sorted(account for account, count in Counter(item.account for item in items).items() if count > 1)
        if twice:
            raise ValueError(f"Each account stands in the list once; twice there: {', '.join(twice[:5])}.")
        return items


class ContactStates(BaseModel):
    items: list[ContactState]


class ContactOut(ContactState):
    unit: str
    name: str | None
    phone: str | None
    email: str | None
    preferred_channel: str | None
    language: str
    segment: str | None
    opt_out: bool
    opted_out_at: datetime | None
    consent: bool
    rest_until: datetime | None


class PhoneLookup(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"phone": "+8613800000001"}})

    phone: Phone


class Accounts(BaseModel):
    accounts: list[str]
