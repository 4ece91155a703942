"""Crews as they are kept and shown."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from incident.fields import UnitPath

Skill = Literal["overhead_line", "cable", "live_work", "low_voltage", "metering", "generator_car"]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class CrewIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    unit: UnitPath
    name_zh: Name
    name_en: Name
    skills: Annotated[list[Skill], Field(max_length=10)] = []
    active: bool = True


class CrewShown(CrewIn):
    model_config = ConfigDict(from_attributes=True, extra="ignore")

    code: str
