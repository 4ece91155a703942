"""Contacts over HTTP."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from survey.contacts.phone import e164

Account = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,20}$")]
UnitPath = Annotated[str, StringConstraints(pattern=r"^/([a-z0-9][a-z0-9_-]*/)*$", max_length=200)]
Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(e164)]


class ContactIn(BaseModel):
    """``source_version`` grows with each change at the source; an older one is ignored.

    ``consent``: the customer may be surveyed at all. ``opt_out``: he asked not to be, which nothing overrides.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "source_version": 1,
                "unit": "/city/east/",
                "name": "王芳",
                "phone": "+8613800000001",
                "language": "zh-CN",
                "opt_out": False,
                "consent": True,
            }
        },
    )

    source_version: Annotated[int, Field(ge=0, lt=2**63)]
    unit: UnitPath = "/"
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    phone: Phone | None = None
    language: Literal["zh-CN", "en"] = "zh-CN"
    opt_out: bool = False
    consent: bool


class ContactState(BaseModel):
    """What is kept of the push: no personal data."""

    account: str
    source_version: int
    updated_at: datetime


class ContactOut(ContactState):
    unit: str
    name: str | None
    phone: str | None
    language: str
    opt_out: bool
    consent: bool
    rest_until: datetime | None


class PhoneLookup(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"phone": "+8613800000001"}})

    phone: Phone


class Accounts(BaseModel):
    accounts: list[str]
