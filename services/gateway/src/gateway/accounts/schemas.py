"""Accounts as they are asked for and shown."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr

from gateway.accounts.passwords import LONGEST
from kit.auth import Role

UnitPath = Annotated[
    str,
    Field(pattern=r"^/([a-z0-9][a-z0-9-]{0,60}/){0,12}$", max_length=400, examples=["/city/east/hall-1/"]),
]
Roles = Annotated[list[Role], Field(min_length=1, max_length=len(Role), examples=[["agent"]])]
Username = Annotated[str, Field(pattern=r"^[\w.@-]{2,64}$", examples=["li.mei"])]
Password = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST)]
EmployeeNumber = Annotated[str, Field(pattern=r"^[\w-]{1,32}$", examples=["E00017"])]


class FirstAdministrator(BaseModel):
    """The file of the first administrator's one-time password."""

    username: Username = Field(validation_alias=AliasChoices("username", "login"))
    password: Password


class NewAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")

    username: Username
    name: Annotated[str, Field(min_length=1, max_length=100, examples=["李梅"])]
    roles: Roles
    unit: UnitPath
    employee: EmployeeNumber | None = None
    password: Password | None = Field(None, description="Without one, a one-time password is made and shown")
    must_change_password: bool = True


class AccountChange(BaseModel):
    """Only what is there is changed."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    roles: Roles | None = None
    unit: UnitPath | None = None
    employee: EmployeeNumber | None = None
    disabled: bool | None = None


class AccountKept(BaseModel):
    """A row as it is stored, names sealed."""

    id: UUID
    username: bytes
    name: bytes
    roles: list[Role]
    unit: str
    employee: str | None
    disabled: bool
    must_change_password: bool
    created_at: datetime
    version: int


class AccountShown(BaseModel):
    id: UUID
    username: str
    name: str
    roles: list[Role]
    unit: str
    employee: str | None
    disabled: bool
    must_change_password: bool
    created_at: datetime
    version: int


class AccountMade(AccountShown):
    one_time_password: str | None = Field(description="Shown now and never again")


class OneTimePassword(BaseModel):
    one_time_password: str = Field(description="Shown now and never again; must be changed at the next sign-in")
