"""What calendars say and are told over HTTP."""

from datetime import date, time
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(min_length=1, max_length=200)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HolidayIn(Body):
    """``from`` and ``to`` are both days of rest."""

    model_config = ConfigDict(extra="forbid", validate_by_name=True)

    zh: Name
    en: Name
    first: date = Field(alias="from")
    last: date = Field(alias="to")


class HoursIn(Body):
    opens: time
    closes: time


class CalendarIn(Body):
    """The files of ``content/calendars`` have this form."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    source: Name
    business_hours: HoursIn
    holidays: list[HolidayIn] = Field(max_length=50)
    made_up: list[date] = Field(default=[], max_length=50)

    @model_validator(mode="after")
    def _keeps_its_year(self) -> Self:
        days = [*self.made_up, *(day for h in self.holidays for day in (h.first, h.last))]
        if any(day.year != self.year for day in days):
            raise ValueError(f"every day must lie in {self.year}")
        if any(h.last < h.first for h in self.holidays):
            raise ValueError("a holiday's 'to' must not lie before its 'from'")
        return self


class CalendarOut(BaseModel):
    year: int
    opens: time
    closes: time
    holidays: list[date]
    made_up: list[date]
    source: str
