"""Sign-in as it is asked for and answered."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from gateway.accounts.schemas import Password
from kit.auth import Role
from kit.auth.tokens import ACCESS_SECONDS

GivenName = Annotated[str, Field(min_length=1, max_length=64, examples=["li.mei"])]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=200)]


class Credentials(BaseModel):
    model_config = ConfigDict(extra="forbid")

    username: GivenName
    password: Password


class PasswordChange(Credentials):
    new_password: Password


class Refresh(BaseModel):
    model_config = ConfigDict(extra="forbid")

    refresh_token: Secret


class Token(BaseModel):
    """As RFC 6749, 5.1."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  (a scheme, no secret)
    expires_in: int = Field(ACCESS_SECONDS, description="Seconds")


class SessionToken(Token):
    refresh_token: str = Field(description="Good for one use; each answer brings the next")
    refresh_expires_at: datetime


class Me(BaseModel):
    """Who the presented token speaks for."""

    subject: str
    roles: list[Role]
    unit: str
    employee: str | None
    session_id: UUID | None
    name: str | None = Field(description="Of a person; null for a client")
