"""What organisation says and is told over HTTP."""

from datetime import UTC, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from responsibility.organisation.models import Tier
from responsibility.organisation.tree import PATH_PATTERN

Path = Annotated[str, Field(pattern=PATH_PATTERN, max_length=200, examples=["/city/east/reading/"])]
EmployeeNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,30}$", examples=["E1001"])]
PostCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,39}$", examples=["READ"])]
Name = Annotated[str, Field(min_length=1, max_length=200)]

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class UnitIn(Body):
    path: Path
    name_zh: Name
    name_en: Name
    valid_from: AwareDatetime = BEGINNING


class UnitChange(Body):
    """What is left out stays. ``valid_to`` ends the unit."""

    name_zh: Name | None = None
    name_en: Name | None = None
    valid_to: AwareDatetime | None = None


class UnitOut(BaseModel):
    id: UUID
    path: str
    name_zh: str
    name_en: str
    valid_from: datetime
    valid_to: datetime | None


class EmployeeIn(Body):
    name: Name
    unit: Path
    joined_at: AwareDatetime = BEGINNING
    left_at: AwareDatetime | None = None


class EmployeeOut(BaseModel):
    number: str
    name: str
    unit: str
    joined_at: datetime
    left_at: datetime | None


class PostIn(Body):
    zh: Name
    en: Name
    tier: Tier


class PostOut(BaseModel):
    code: str
    zh: str
    en: str
    tier: Tier


class HolderIn(Body):
    """``acts_for``: the employee whose place is taken during the period."""

    employee: EmployeeNumber
    post: PostCode
    unit: Path
    since: AwareDatetime = BEGINNING
    until: AwareDatetime | None = None
    acts_for: EmployeeNumber | None = None

    @model_validator(mode="after")
    def _is_a_period(self) -> Self:
        if self.until is not None and self.until <= self.since:
            raise ValueError("'until' must lie after 'since'")
        if self.acts_for == self.employee:
            raise ValueError("nobody acts for themselves: leave 'acts_for' out")
        return self


class HolderEnd(Body):
    until: AwareDatetime


class HolderOut(BaseModel):
    id: UUID
    employee: str
    post: str
    unit: str
    since: datetime
    until: datetime | None
    acts_for: str | None
