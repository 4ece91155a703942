"""Supply points as they are sent and shown."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from incident.fields import AccountNumber, DeviceCode, Phone, UnitPath

Outcome = Literal["created", "updated", "unchanged"]


class SupplyPointIn(BaseModel):
    """``load`` or, where it is the only one there, its ``bus``; neither while the connection is not known."""

    model_config = ConfigDict(extra="forbid")

    source_version: Annotated[int, Field(ge=0, description="The sender's version: an older one changes nothing")]
    unit: UnitPath
    area: Literal["city", "rural", "remote"] = "city"
    load: DeviceCode | None = Field(None, description="Code of the load device: a transformer area or MV user")
    bus: DeviceCode | None = Field(None, description="Code of a bus with one load, instead of the load")
    phone: Phone | None = None
    important: bool = False
    served_from: AwareDatetime | None = Field(None, description="Null: since before records began")
    served_to: AwareDatetime | None = None


class SupplyPointOfMany(SupplyPointIn):
    account: AccountNumber


class SupplyPointsIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[SupplyPointOfMany], Field(min_length=1, max_length=1000)]


class Taken(BaseModel):
    """``unchanged``: the version was known already, or is older than the one known."""

    account: str
    outcome: Outcome


class TakenMany(BaseModel):
    items: list[Taken]


class SupplyPointShown(BaseModel):
    """``has_supply`` as the network's present state says, null while the connection is not known."""

    model_config = ConfigDict(from_attributes=True)

    account: str
    unit: str
    area: str
    load: str | None
    important: bool
    served_from: datetime | None
    served_to: datetime | None
    source_version: int


class SupplyPointDetail(SupplyPointShown):
    phone: str | None = Field(description="Null also for roles that need not call")
    has_supply: bool | None
