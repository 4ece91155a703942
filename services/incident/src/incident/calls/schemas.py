"""Trouble calls as they are sent and shown."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from incident.fields import AccountNumber, DeviceCode, HappenedAt, Phone, UnitPath


class TroubleCallIn(BaseModel):
    """``id`` is made by the sender, so that a repeated call is the same call.

    Without an account the place (``load``) helps; without either a person has to find it.
    """

    model_config = ConfigDict(extra="forbid")

    id: UUID
    account: AccountNumber | None = None
    load: DeviceCode | None = Field(None, description="Where there is no account: the transformer area called from")
    unit: UnitPath | None = Field(None, description="By default the supply point's unit, else the caller's")
    source: Literal["phone", "hall", "app", "12345", "12398", "media", "staff"] = "phone"
    symptom: Literal["no_supply", "part_supply", "flicker", "voltage", "equipment", "other"] = "no_supply"
    caller: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    phone: Phone | None = None
    words: Annotated[str, Field(min_length=1, max_length=4000, examples=["没电了，门口电线断了"])] | None = None
    dangers: Annotated[list[Literal["downed_wire", "fire", "shock", "life_support"]], Field(max_length=4)] = []
    happened_at: HappenedAt | None = None

    @model_validator(mode="after")
    def somewhere(self) -> "TroubleCallIn":
        if self.account is None and self.load is None and self.unit is None:
            raise ValueError("A trouble call needs an account, a load or a unit: otherwise nobody could find it.")
        return self


class TroubleCallShown(BaseModel):
    """``danger``: an alarm was raised, and no prediction waits."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    unit: str
    account: str | None
    load: str | None
    source: str
    symptom: str
    danger: bool
    dangers: list[str]
    happened_at: datetime
    received_at: datetime


class TroubleCallDetail(TroubleCallShown):
    """With what the caller said, for the roles that call back."""

    caller: str | None
    phone: str | None
    words: str | None
