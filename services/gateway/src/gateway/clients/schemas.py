"""API clients as they are asked for and shown."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from gateway.accounts.schemas import Roles, UnitPath
from kit.auth import Role

ClientId = Annotated[str, Field(pattern=r"^[\w.-]{2,64}$", examples=["customer-service"])]


class OperatorCredentials(BaseModel):
    """The file of the operator's own client."""

    client_id: ClientId
    client_secret: SecretStr = Field(min_length=32)


class NewClient(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100, examples=["Customer-service system"])]
    roles: Roles
    unit: UnitPath
    client_id: ClientId | None = Field(None, description="Chosen freely, or made")


class ClientShown(BaseModel):
    id: UUID
    client_id: str
    name: str
    roles: list[Role]
    unit: str
    created_at: datetime
    ended_at: datetime | None


class ClientSecret(ClientShown):
    client_secret: str = Field(description="Shown now and never again")
